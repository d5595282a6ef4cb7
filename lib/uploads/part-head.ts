import type { RawFields } from './busboy.js'
import { malformed } from './errors.js'

/** What the header of a part says. */
export interface PartHead {
  /** The name of the form field. */
  readonly name: string
  /** Undefined for text fields. Empty where a form was sent without choosing a file. */
  readonly filename: string | undefined
  /** In lower case, without parameters. */
  readonly mimetype: string
  /** Of text. */
  readonly charset: string
  readonly encoding: string
}

/** Sticky, and nothing is skipped: the time is linear in the length of what a client sends. */
const PARAMETER = /\s*;\s*(?:([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?/y

/**
 * Reads the header of a part.
 *
 * @param fields as the splitter gives them
 * @throws {HttpException} 400 if it is no part of a form, or has no name
 * @see RFC 7578 §4.2: every part has `Content-Disposition: form-data` with a name
 */
export function readPartHead(fields: RawFields): PartHead {
  const disposition = fields['content-disposition']?.[0]
  const isPart = disposition !== undefined && /^form-data\s*(;|$)/i.test(disposition)
  const parameters = isPart ? parametersOf(disposition) : undefined
  if (parameters === undefined) throw malformed('Malformed part header')
  const name = parameters.get('name')
  if (name === undefined) throw malformed('Field name missing')
  const type = fields['content-type']?.[0] ?? 'text/plain'
  return {
    name,
    filename: parameters.get('filename*') ?? parameters.get('filename'),
    mimetype: type.split(';', 1)[0]!.trim().toLowerCase() || 'text/plain',
    charset: parametersOf(type)?.get('charset') ?? 'utf-8',
    encoding: fields['content-transfer-encoding']?.[0]?.trim().toLowerCase() ?? '7bit',
  }
}

/**
 * The boundary of a multipart body.
 *
 * @param contentType of the request
 * @throws {HttpException} 400 if there is none, or one that is longer than 70 characters (RFC 2046 §5.1.1)
 */
export function boundaryOf(contentType: string): string {
  const boundary = parametersOf(contentType)?.get('boundary') ?? ''
  if (boundary === '' || boundary.length > 70) throw malformed('Boundary not found')
  return boundary
}

/**
 * The name that a client gave a file, fit to be shown.
 *
 * @param filename as received
 * @param preservePath keeps the folders in front of it
 */
export function originalName(filename: string, preservePath: boolean): string {
  // eslint-disable-next-line no-control-regex -- those are what has no place in a name
  const printable = filename.replace(/[\u0000-\u001f\u007f]/g, '')
  if (preservePath) return printable
  const name = printable.slice(Math.max(printable.lastIndexOf('/'), printable.lastIndexOf('\\')) + 1)
  return name === '.' || name === '..' ? '' : name
}

/** Parameters by name in lower case; of one that comes twice, the first. Undefined where they cannot be read. */
function parametersOf(value: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  const text = value.trimEnd()
  let at = text.indexOf(';')
  while (at !== -1 && at < text.length) {
    PARAMETER.lastIndex = at
    const match = PARAMETER.exec(text)
    if (match === null) return undefined
    at += match[0].length
    const [, name, quoted, token = ''] = match
    const key = name?.toLowerCase()
    if (key === undefined || found.has(key)) continue
    const content = key.endsWith('*') ? extendedValue(token) : (unquoted(quoted) ?? token)
    if (content !== undefined) found.set(key, asUtf8(content))
  }
  return found
}

/** Browsers write quotes and line breaks as `%22 %0D %0A` and leave backslashes alone; others escape (RFC 9110 §5.6.4). */
function unquoted(text: string | undefined): string | undefined {
  return text?.replace(/\\(["\\])/g, '$1').replace(/%(22|0D|0A)/g, (escape) => decodeURIComponent(escape))
}

/** `UTF-8''na%C3%AFve.txt` (RFC 8187 §3.2); other charsets are left to the plain parameter. */
function extendedValue(text: string): string | undefined {
  const [, escaped] = /^utf-8'[^']*'(.*)$/i.exec(text) ?? []
  try {
    return escaped === undefined ? undefined : Buffer.from(decodeURIComponent(escaped)).toString('latin1')
  } catch {
    return undefined
  }
}

/** Header bytes are UTF-8 (RFC 7578 §5.1); old clients send latin1, in which every byte is right. */
function asUtf8(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1')
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? latin1 : text
}
