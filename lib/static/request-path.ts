/** Characters that need no decoding and mean nothing to any file system. */
const PLAIN = /^[\w\-/~!$&'()*+,;=@.]*$/
/** Separators and ends of names in disguise: percent-encoded slash, backslash and NUL. */
const DISGUISED = /%(?:2f|5c|00)/i
/** What names mean on Windows beyond themselves: drives and streams, devices, names with a tail, short names. */
const WINDOWS =
  /[:<>"|?*]|[. ](?:\/|$)|~\d|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.[^/]*)?(?:\/|$)/i

/**
 * Turns the path of a request into one below a folder.
 *
 * @param path as received, behind the prefix: empty, or from its slash on
 * @param isWindows whether names mean what they mean there; by default that of this machine
 * @returns the path with forward slashes and without one in front; with one at its end if the request has it; undefined
 *   if it is not a plain way downwards, however it is written
 * @see CWE-22 (path traversal), RFC 3986 §3.3
 */
export function relativePath(path: string, isWindows = process.platform === 'win32'): string | undefined {
  const inner = path.startsWith('/') ? path.slice(1) : path
  const decoded = PLAIN.test(inner) ? inner : decode(inner)
  if (decoded === undefined || (isWindows && WINDOWS.test(decoded))) return undefined
  // an empty segment in front would begin a host (`//host`), and a drive a path of its own
  if (decoded.startsWith('/') || decoded.includes('//') || /^[A-Za-z]:/.test(decoded)) return undefined
  return /(?:^|\/)\.\.?(?:\/|$)/.test(decoded) ? undefined : decoded
}

function decode(path: string): string | undefined {
  if (DISGUISED.test(path)) return undefined
  try {
    const decoded = decodeURIComponent(path)
    // eslint-disable-next-line no-control-regex -- no name that is meant for the web has them
    return /[\\\x00-\x1f\x7f]/.test(decoded) ? undefined : decoded
  } catch {
    return undefined
  }
}

/**
 * Tells whether a path has a name that begins with a dot, other than `.well-known` at the top (RFC 8615).
 *
 * @param path below the root
 */
export function isHidden(path: string): boolean {
  if (!path.includes('.')) return false
  return path
    .split('/')
    .some((name, depth) => name.startsWith('.') && !(depth === 0 && name === '.well-known'))
}
