/**
 * Whether a media type is one of those that a pattern stands for.
 *
 * @param media in lower case, without parameters
 * @param pattern a type; `text/*` for any subtype; `+json` for what ends so (RFC 6839 §3)
 */
export function fitsType(media: string, pattern: string): boolean {
  if (pattern.startsWith('+')) return media.endsWith(pattern)
  if (pattern.endsWith('/*')) return pattern === '*/*' || media.startsWith(pattern.slice(0, -1))
  return pattern === media
}

/**
 * The media type that a Content-Type names (RFC 9110 §8.3.1).
 *
 * @param field its value
 * @returns in lower case, without parameters; empty if there is none
 */
export function mediaTypeOfField(field: string): string {
  const end = field.indexOf(';')
  return (end === -1 ? field : field.slice(0, end)).trim().toLowerCase()
}
