/** Fields that decide about framing or routing: a sender of them behind the body is up to something (RFC 9110 §6.5.1). */
export const REFUSED_TRAILERS: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'host',
  'trailer',
  'connection',
  'expect',
])

/**
 * Fields that are of use only before the body: how to read it, who sends it, under which conditions. Whoever merged them
 * into the headers could be fooled behind a check that has been passed already, so nobody gets to see them.
 */
export const LEFT_OUT_TRAILERS: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-range',
  'content-type',
  'cookie',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'range',
  'set-cookie',
  'te',
  'upgrade',
  'www-authenticate',
])
