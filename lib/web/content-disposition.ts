/**
 * The value of `Content-Disposition` for something to be saved.
 *
 * @param filename as the user is to see it; without one the browser chooses
 * @returns names beyond ASCII are sent in both forms (RFC 6266 §5, RFC 8187)
 */
export function attachmentDisposition(filename?: string): string {
  if (filename === undefined) return 'attachment'
  const name = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1)
  const simple = name.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, '\\$&')
  const plain = `attachment; filename="${simple}"`
  if (/^[\x20-\x7e]*$/.test(name) && !/%[\dA-Fa-f]{2}/.test(name)) return plain
  const whole = name.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  const encoded = encodeURIComponent(whole).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${plain}; filename*=UTF-8''${encoded}`
}
