/** One thing that RFC 6455 or its companions ask of a server, and the specs that show it. */
export interface Requirement {
  readonly section: string
  /** What a server must or must not do. */
  readonly text: string
  /** Beginnings of names of specs and rules, of which each has to be there; a rule may be named by its number. */
  readonly shownBy: readonly string[]
}

const list = (section: string, ...rows: readonly (readonly [text: string, ...shownBy: string[]])[]) =>
  rows.map(([text, ...shownBy]): Requirement => ({ section, text, shownBy }))

/** What a server has to do, section by section. */
export const requirements: readonly Requirement[] = [
  ...list(
    'RFC 6455 §4.1',
    ['a handshake is a GET of HTTP/1.1 or higher', 'POST (§4.1)', 'HTTP/1.0 (§4.1)'],
    [
      'subprotocols are tokens, each of them once',
      'subprotocols that are no tokens (§4.1)',
      'a subprotocol twice (§4.1)',
    ],
  ),
  ...list(
    'RFC 6455 §4.2.1',
    [
      'Upgrade has the keyword websocket, in any case',
      'Upgrade in another case (§4.2.1)',
      'Upgrade with others',
      'no Upgrade (§4.2.1)',
      'another Upgrade',
    ],
    [
      'Connection has the token Upgrade, in any case',
      'Connection in another case',
      'Connection with others',
      'no Connection',
      'Connection: keep-alive',
    ],
    [
      'Sec-WebSocket-Key is 16 bytes in base64',
      'no key',
      'a key of 15 bytes',
      'a key of 17 bytes',
      'a key that is not base64',
      'two keys',
    ],
    ['Sec-WebSocket-Version is 13', 'no version (§4.4)', 'version 8', 'two versions'],
  ),
  ...list(
    'RFC 6455 §4.2.2',
    [
      'the answer is 101 with Upgrade, Connection and Sec-WebSocket-Accept',
      'is answered with 101, Upgrade, Connection and the proof (RFC 6455 §1.3, §4.2.2)',
    ],
    ['a page of another site may be answered 403', 'another page (§10.2)', 'no page at all'],
    [
      'a subprotocol is one of the client, or none',
      'chooses among subprotocols in the order of the client (§4.2.2)',
      'a subprotocol that nobody speaks (§4.2.2)',
    ],
    [
      'an extension is one of the client, or none',
      'an extension that nobody knows (§9.1)',
      'x-other, permessage-deflate',
    ],
  ),
  ...list('RFC 6455 §4.4', [
    'another version is answered 426, with the one that is spoken',
    'version 14',
    'no version (§4.4)',
  ]),
  ...list(
    'RFC 6455 §5.1',
    ['a frame of a client that is not masked fails the connection', '1.3.1', '1.3.3', '1.3.4', '1.3.5'],
    ['a server masks nothing', '1.1.1', '2.1'],
  ),
  ...list(
    'RFC 6455 §5.2',
    ['a reserved bit without a meaning fails the connection', '3.1', '3.2', '3.4', '3.6', '3.7', '3.9'],
    [
      'an opcode that is unknown fails the connection',
      '4.1.1',
      '4.1.9',
      '4.1.17',
      '4.2.1',
      '4.2.9',
      '4.2.17',
    ],
    ['a length has the fewest bytes that it can have', '1.5.1', '1.5.2', '1.5.3', '1.5.4'],
    ['the highest bit of a length of eight bytes is 0', '1.5.5'],
  ),
  ...list('RFC 6455 §5.3', ['any key unmasks', '1.4.1', '1.4.2', '1.4.3']),
  ...list(
    'RFC 6455 §5.4',
    ['control frames may come between fragments, and are not fragmented', '5.6', '5.1', '5.2', '2.b.4'],
    ['fragments of two messages do not mix', '5.15', '5.16', '5.17'],
    ['a continuation belongs to a message', '5.9', '5.11', '5.13'],
    ['fragments may be of any size, 0 included', '5.22', '5.23', '6.1.2', '6.2.3', '10.1'],
    ['bytes may be fragmented like text', '5.4', '5.21'],
  ),
  ...list('RFC 6455 §5.5', [
    'a control frame has 125 bytes at most',
    '2.4',
    '2.5',
    '2.b.1',
    '2.b.2',
    '2.b.3',
  ]),
  ...list(
    'RFC 6455 §5.5.1',
    ['a close frame is answered with its code', '7.3.1', '7.3.3', '7.7.1', '7.7.16'],
    ['a payload has a code of two bytes', '7.3.2'],
    ['a reason is UTF-8', '7.5.1', '7.5.2'],
    ['behind a close frame nothing is read, nor sent', '7.1.2', '7.1.3', '7.1.4', '7.1.7'],
  ),
  ...list(
    'RFC 6455 §5.5.2',
    ['a ping is answered by a pong', '2.1', '2.4', '5.6'],
    ['… with its payload', '2.2', '2.3'],
  ),
  ...list(
    'RFC 6455 §5.5.3',
    ['a pong that nobody has asked for means nothing', '2.7', '2.8', '2.9'],
    ['each ping has a pong, in their order', '2.10', '2.11'],
  ),
  ...list('RFC 6455 §5.6', ['text is given back as text, bytes as bytes', '1.1.1', '1.2.1', '1.2.10']),
  ...list('RFC 6455 §6.2', ['fragments are put together in their order', '5.3', '5.18', '10.1', '10.2']),
  ...list('RFC 6455 §7.1.1', ['the server closes the TCP connection first', '7.1.1', '7.3.1']),
  ...list('RFC 6455 §7.1.5', [
    'the code is the client’s, 1005 without one, 1006 without a close frame',
    'tells how the connection has ended: with %s (§7.1.5)',
    'tells how the connection has ended: without a close frame',
  ]),
  ...list('RFC 6455 §7.1.7', [
    'a failed connection says why, and ends',
    '3.1',
    '5.9',
    '6.3.1',
    'is 16 MiB: with a byte more it is refused by its head, 1009',
  ]),
  ...list('RFC 6455 §7.3', [
    'the server may close, and waits for the answer',
    'closes, and waits for the answer of the client',
    'cuts a client off that does not answer a close frame',
  ]),
  ...list(
    'RFC 6455 §7.4',
    ['registered codes and those from 3000 to 4999 may be sent', '7.7.4', '7.7.13', '7.7.14', '7.7.16'],
    [
      '1004 to 1006, 1015, and what is not registered may not',
      '7.9.1',
      '7.9.3',
      '7.9.4',
      '7.9.5',
      '7.9.6',
      '7.9.10',
      '7.9.12',
    ],
  ),
  ...list(
    'RFC 6455 §8.1',
    ['text that is not UTF-8 fails the connection', '6.3.1', '6.16.1', '6.17.1', '6.20.1', '6.21.1'],
    ['… as early as it is seen', '6.4 fail fast.1', '6.4 fail fast.3', '6.4 fail fast.5'],
    ['a character may be cut by fragments', '6.2.3', '6.2.4'],
  ),
  ...list('RFC 6455 §9.1', [
    'extensions are a list of tokens with parameters',
    'extensions without a name (§9.1)',
    'an extension whose value is no token (§9.1)',
    'takes fields in several lines as one (§9.1, §11.3.4)',
  ]),
  ...list('RFC 6455 §10.4', [
    'sizes have limits',
    'is 16 MiB: with a byte more it is refused by its head, 1009',
    'counts all fragments',
    'can be raised',
  ]),
  ...list('RFC 7692 §5', [
    'an offer with an unknown or invalid parameter is declined',
    'permessage-deflate; unknown',
    'permessage-deflate; server_max_window_bits=16',
    'with a parameter twice is malformed',
  ]),
  ...list(
    'RFC 7692 §6',
    [
      'RSV1 is for the first frame of a compressed message',
      'a continuation with RSV1 (§6.1)',
      'a ping with RSV1 (§5)',
      'a close frame with RSV1 (§5)',
    ],
    [
      'a message may be compressed, or not',
      'gives back text outside ASCII, empty messages, and messages that are not compressed',
    ],
  ),
  ...list('RFC 7692 §7.1.1', [
    'context takeover is as agreed on',
    'may not, where that was ruled out: 1007',
    'may refer to the one before (§7.2.3.2)',
    '13.2',
  ]),
  ...list('RFC 7692 §7.1.2', [
    'windows are as agreed on, from 8 to 15 bits',
    '13.3',
    '13.3 with 8',
    'sees how far %i bits reach',
  ]),
  ...list('RFC 7692 §7.2.3', [
    'the examples are understood',
    'is that of RFC 7692 §7.2.3.1',
    'may have a block without compression (§7.2.3.3',
    'may have a last block, and others behind it (§7.2.3.4',
    'may have several blocks (§7.2.3.5',
    'may be empty (§7.2.3.6',
  ]),
  ...list('RFC 7692 §8', [
    'what is damaged fails, and a bomb does not explode',
    'that is damaged fails with 1007',
    'that grows beyond the limit fails with 1009',
  ]),
  ...list('RFC 8441 §4', ['another :protocol is not a WebSocket', 'of another protocol (§4)']),
  ...list(
    'RFC 8441 §5',
    [
      'the answer is 2xx, without Upgrade, Connection and proof',
      'is answered with 200, and neither Upgrade, Connection nor a proof (§5)',
    ],
    [
      'subprotocols, extensions and version are as over HTTP/1.1',
      'agrees on subprotocols and extensions as over HTTP/1.1 (§5)',
      'without a version (§5)',
    ],
    [
      'the end of a WebSocket is that of its stream',
      'carries several WebSockets on one connection, each with an end of its own (§5)',
    ],
  ),
]
