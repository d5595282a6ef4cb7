/** A way in which Corbel and `node:http`, in its strict mode, judge differently. */
export interface Difference {
  /** What is judged differently, as docs/server.md has it. */
  readonly what: string
  /** Whether Corbel refuses more, takes more, or hands the same request over in another form. */
  readonly corbel: 'refuses' | 'takes' | 'rewrites'
  /** Why Corbel does as it does. */
  readonly why: string
  /** The rules of the suite that show it: what their names contain. */
  readonly shownBy: readonly string[]
}

/** Every difference, with its reason; one that is not here fails the differential spec. */
export const DIFFERENCES: readonly Difference[] = [
  {
    what: 'more than one space in the request line, or a control character as its separator',
    corbel: 'refuses',
    why: 'RFC 9112 §3: exactly one SP; being lenient is how request lines are smuggled (§11.2)',
    shownBy: ['two spaces behind the method', 'two spaces before the version'],
  },
  {
    what: 'a request line without version (HTTP/0.9)',
    corbel: 'refuses',
    why: 'RFC 9112 §3; HTTP/0.9 is no longer spoken',
    shownBy: [': no version', ': HTTP/0.9', 'a line end in the target'],
  },
  {
    what: 'bare CR or LF, or more than four empty lines, before the request line',
    corbel: 'refuses',
    why: 'RFC 9112 §2.2 asks to ignore an empty line (CRLF), not these',
    shownBy: [
      'many empty lines before it',
      'a bare LF before it',
      'a bare CR before it',
      'a bare CR behind an empty line',
    ],
  },
  {
    what: 'a bare LF in the request line',
    corbel: 'refuses',
    why: 'RFC 9112 §2.2: the line ends in CRLF',
    shownBy: ['a bare LF in the target'],
  },
  {
    what: 'methods that are not registered',
    corbel: 'takes',
    why: 'RFC 9110 §9.1: any token is a method; it is for the application to answer 405 or 501',
    shownBy: [
      'the method X',
      'the method get',
      "the method !#$%&'*",
      'GETX, which is not GET',
      'the longest method',
      'connect in small letters',
    ],
  },
  {
    what: 'HTTP/1.2 to HTTP/1.9',
    corbel: 'takes',
    why: 'RFC 9110 §2.5: a later minor version is read as the latest one that is known',
    shownBy: ['a later minor version', 'the last minor version'],
  },
  {
    what: 'HTTP/2.0 and HTTP/0.9 by name, other protocols',
    corbel: 'refuses',
    why: 'RFC 9110 §15.6.6: another major version is answered 505',
    shownBy: [': HTTP/2.0', 'HTTP/0.9 by name', 'the protocol RTSP/1.0'],
  },
  {
    what: 'a target with a fragment, in no known form, of another scheme, with user information, or with a malformed authority',
    corbel: 'refuses',
    why: 'RFC 9112 §3.2, RFC 9110 §4.2.4',
    shownBy: [
      'the target "*/"',
      ': a fragment',
      'the target http',
      'the target ftp:',
      'the target file:',
      'with a fragment',
      'user information in the target',
    ],
  },
  {
    what: '`*` for anything but `OPTIONS`, or with something behind it',
    corbel: 'refuses',
    why: 'RFC 9112 §3.2.4',
    shownBy: ['* for GET', '* with a query', ': **'],
  },
  {
    what: 'the absolute form',
    corbel: 'rewrites',
    why: 'RFC 9112 §3.2.2: the handler gets path and query, and the authority of the target instead of Host',
    shownBy: [
      'the absolute form',
      'the scheme in capitals',
      ': https',
      'the same host in target and Host',
      '* for OPTIONS in absolute form',
    ],
  },
  {
    what: 'CONNECT',
    corbel: 'refuses',
    why: 'answered 501, where node:http closes the connection without an answer if nobody listens for `connect`',
    shownBy: ['CONNECT: there are no tunnels', 'CONNECT to a path', 'CONNECT without port'],
  },
  {
    what: 'a target beyond 8 KiB, more than 100 fields',
    corbel: 'refuses',
    why: 'limits of their own (414, 431); node:http has one for the head, and drops fields beyond `maxHeadersCount`',
    shownBy: ['a target of one byte more', ': 101 fields'],
  },
  {
    what: 'an invalid, empty or repeated Host',
    corbel: 'refuses',
    why: 'RFC 9112 §3.2: such a request MUST be answered 400; node:http asks only that there is one',
    shownBy: [
      'the host,',
      'an invalid Host',
      'heads: two Hosts',
      'a Host with a path',
      'a Host that names two',
    ],
  },
  {
    what: 'white space behind Content-Length and Transfer-Encoding',
    corbel: 'takes',
    why: 'RFC 9112 §5.1: optional white space around a value is not part of it',
    shownBy: ['white space around a length', 'white space around chunked'],
  },
  {
    what: 'a Content-Length or a chunk size beyond 2^53, a chunk size of more than 13 digits',
    corbel: 'refuses',
    why: 'RFC 9112 §7.1: no overflow; such a body could not be counted',
    shownBy: [
      'Content-Length: 9007199254740992',
      'the size 1',
      'the size 0000',
      'the size 8000',
      'a size that overflows 32 bits',
    ],
  },
  {
    what: 'transfer codings other than chunked before chunked, empty members of the list, an empty list',
    corbel: 'refuses',
    why: 'RFC 9112 §6.1: 501 for codings that the server does not have; the handler would get the body still coded',
    shownBy: [
      'gzip, chunked',
      'identity, chunked',
      ',chunked"',
      'gzip, , chunked',
      '§6.3: Transfer-Encoding: ""',
      '"Transfer-Encoding:"',
      'another coding, then chunked',
      'cow, chunked',
      'cow\\r\\nTransfer-Encoding: chunked',
      'Transfer-Encoding: \\r\\nTransfer-Encoding: chunked',
    ],
  },
  {
    what: 'Transfer-Encoding in HTTP/1.0',
    corbel: 'refuses',
    why: 'RFC 9112 §6.1: its framing is faulty, even if a proxy on the way understood it',
    shownBy: ['chunked in HTTP/1.0'],
  },
  {
    what: 'white space before chunk extensions and around their parts',
    corbel: 'takes',
    why: 'RFC 9112 §7.1.1: BWS has to be understood',
    shownBy: ['the extension " ;a"', 'the extension ";\\ta', 'the extension " ; a'],
  },
  {
    what: 'chunk extensions without name or value, or beyond 4 KiB in all',
    corbel: 'refuses',
    why: 'RFC 9112 §7.1.1: the grammar, and a limit on their sum',
    shownBy: [
      'the extension ";=',
      'the extension ";a="',
      'the extension ";a=b\\"c',
      'extensions beyond 4 KiB',
    ],
  },
  {
    what: 'framing and routing fields as trailers; trailers beyond 8 KiB or 100 lines',
    corbel: 'refuses',
    why: 'RFC 9110 §6.5.1: they must not be sent there; limits of their own',
    shownBy: ['as a trailer', 'trailers beyond 8 KiB', ': 101 trailers'],
  },
  {
    what: 'what follows the last request of a connection',
    corbel: 'takes',
    why: 'RFC 9112 §9.6: it is ignored, and the last request is answered; node:http takes it for an error, and the request with it',
    shownBy: [
      'what follows Connection: close',
      'a request behind Connection: close',
      'Connection that names Content-Length',
      'a request behind the last one',
      'a request behind HTTP/1.0',
    ],
  },
  {
    what: 'an expectation besides 100-continue',
    corbel: 'refuses',
    why: 'RFC 9110 §10.1.1: 417; node:http looks for 100-continue anywhere in the value',
    shownBy: ['100-continue and another', 'an obscured Expect'],
  },
]
