/** One thing that RFC 9113, RFC 7541 or their companions ask of a peer, and the rules that break it. */
export interface Requirement {
  readonly section: string
  /** What a peer must or must not do, and what becomes of it if it does not. */
  readonly text: string
  /** Names of rules, of which each has to be there. */
  readonly rules: readonly string[]
}

const list = (section: string, ...rows: readonly (readonly [text: string, ...rules: string[]])[]) =>
  rows.map(([text, ...rules]): Requirement => ({ section, text, rules }))

/** The requirements that a client can break, section by section. */
export const requirements: readonly Requirement[] = [
  ...list(
    'RFC 9113 §3.4',
    ['the connection begins with the preface; else PROTOCOL_ERROR, and GOAWAY may be left out', 'something that is no preface', 'a preface with another last byte', 'a preface of another version'],
    ['the preface is followed by SETTINGS', 'a preface without SETTINGS: PING', 'a preface without SETTINGS: HEADERS', 'a preface without SETTINGS: an unknown frame', 'a preface without SETTINGS: an acknowledgement of SETTINGS', 'a preface with SETTINGS that are wrong'],
    ['a client may send frames behind its preface without waiting', 'a request behind the preface, before the server has said anything', 'a request before the acknowledgement'],
  ),
  ...list(
    'RFC 9113 §4.1',
    ['frames of unknown types are ignored', 'an unknown type on the connection', 'an unknown type on an open stream', 'an unknown type with every flag'],
    ['flags without a meaning are ignored', 'flags that are not defined for PING', 'flags that are not defined for DATA', 'flags that are not defined for HEADERS', 'flags that are not defined for SETTINGS', 'flags that are not defined for WINDOW_UPDATE'],
    ['the reserved bit is ignored', 'the reserved bit of PING', 'the reserved bit of HEADERS', 'the reserved bit of DATA'],
  ),
  ...list(
    'RFC 9113 §4.2',
    ['2^14 bytes are taken by everybody', 'DATA of 16,384 bytes', 'HEADERS of 16,384 bytes'],
    ['frames beyond SETTINGS_MAX_FRAME_SIZE are a FRAME_SIZE_ERROR', 'DATA of 16,385 bytes', 'an unknown frame that is too large', 'a frame that says it has 16 MB'],
    ['… of the connection where its state could change', 'HEADERS of 16,385 bytes', 'SETTINGS that are too large', 'a CONTINUATION that is too large'],
  ),
  ...list(
    'RFC 9113 §4.3',
    ['a field block is contiguous, without frames of other types or streams', 'PRIORITY within a field block', 'DATA within a field block', 'PING within a field block', 'SETTINGS within a field block', 'WINDOW_UPDATE within a field block', 'RST_STREAM within a field block', 'HEADERS of another stream within a field block', 'HEADERS of the same stream within a field block', 'a CONTINUATION of another stream within a field block'],
    ['a block that cannot be decoded is a COMPRESSION_ERROR of the connection', 'a field block that cannot be decoded', 'a field block that ends within a field'],
    ['the compression goes on with blocks that are thrown away', 'a malformed request belongs to the compression of what follows', 'a request that is malformed in its first field leaves the rest decoded', 'trailers behind the reset of the server belong to the compression of what follows'],
  ),
  ...list(
    'RFC 9113 §5.1',
    ['idle: anything but HEADERS and PRIORITY is a PROTOCOL_ERROR of the connection', 'DATA', 'RST_STREAM', 'WINDOW_UPDATE', 'CONTINUATION', 'DATA of a higher stream than any', 'RST_STREAM of a stream of the server', 'WINDOW_UPDATE of a stream of the server', 'DATA of a stream of the server'],
    ['half-closed (remote): anything but WINDOW_UPDATE, PRIORITY and RST_STREAM is STREAM_CLOSED', 'DATA', 'DATA without content', 'HEADERS', 'trailers', 'DATA behind the end of a body', 'PRIORITY of a half-closed stream'],
    ['closed: DATA and HEADERS are STREAM_CLOSED', 'DATA behind RST_STREAM', 'HEADERS behind RST_STREAM', 'DATA behind both ends', 'HEADERS behind both ends', 'CONTINUATION behind both ends', 'CONTINUATION behind RST_STREAM'],
    ['closed: WINDOW_UPDATE, RST_STREAM and PRIORITY are ignored', 'WINDOW_UPDATE behind both ends', 'RST_STREAM behind both ends', 'PRIORITY of a closed stream'],
    ['what was sent before a reset was seen is ignored, but counted', 'DATA behind the reset of the server', 'RST_STREAM behind the reset of the server', 'WINDOW_UPDATE behind the reset of the server', 'what comes for a stream that was reset counts for the connection, and is given back'],
  ),
  ...list(
    'RFC 9113 §5.1.1',
    ['streams of clients have odd numbers', 'an even stream', 'HEADERS on stream 0'],
    ['numbers grow; lower ones are closed by higher ones', 'a lower stream than one that was opened', 'streams with numbers between them', 'a first stream that is not 1', 'DATA of a stream that was skipped', 'the last stream that there is'],
  ),
  ...list('RFC 9113 §5.1.2', ['no more streams than allowed: PROTOCOL_ERROR or REFUSED_STREAM', 'one stream more than allowed', 'one stream more than allowed, where the others wait for their window', 'streams one after the other, more than allowed at a time']),
  ...list('RFC 9113 §5.2', ['all DATA counts, padding and what is thrown away included', 'what padding has used of the window is given back', 'what a body has used of the windows is given back', 'padding that the window of the stream does not allow']),
  ...list(
    'RFC 9113 §5.4',
    ['an error of the connection ends it, and names the last stream', 'an invalid PING closes the connection', 'GOAWAY names the last stream that was taken', 'GOAWAY of a connection without streams names none', 'what follows a connection error is not answered'],
    ['an error of a stream leaves the others alone', 'a stream error leaves other streams alone', 'the request behind a refused one'],
    ['RST_STREAM is not answered with RST_STREAM', 'RST_STREAM twice', 'RST_STREAM of an open stream'],
  ),
  ...list('RFC 9113 §5.5', ['extensions are ignored, but not within a field block', 'an unknown type within a field block', 'ORIGIN, which servers alone send', 'ALTSVC, which servers alone send']),
  ...list(
    'RFC 9113 §6.1',
    ['DATA belongs to a stream', 'DATA on stream 0'],
    ['padding is shorter than the payload', 'padding as long as the payload', 'padding longer than the payload', 'padding whose length is missing'],
  ),
  ...list('RFC 9113 §6.2', ['padding is shorter than what is left of HEADERS', 'HEADERS with padding as long as the payload', 'HEADERS with padding that begins within the priority', 'HEADERS whose priority is missing', 'HEADERS whose length of padding is missing']),
  ...list(
    'RFC 9113 §6.3',
    ['PRIORITY belongs to a stream', 'PRIORITY of stream 0'],
    ['PRIORITY has five bytes; else FRAME_SIZE_ERROR of the stream', 'PRIORITY of 4 bytes', 'PRIORITY of 6 bytes', 'PRIORITY without payload', 'PRIORITY of 4 bytes of an idle stream, which cannot be reset'],
  ),
  ...list('RFC 7540 §5.3.1', ['a stream does not depend on itself', 'HEADERS of a stream that depends on itself', 'PRIORITY of a stream that depends on itself', 'PRIORITY of the idle stream 1 that depends on itself']),
  ...list('RFC 9113 §6.4', ['RST_STREAM belongs to a stream that is not idle, and has four bytes', 'RST_STREAM on stream 0', 'RST_STREAM', 'RST_STREAM of 3 bytes', 'RST_STREAM of 5 bytes']),
  ...list(
    'RFC 9113 §6.5',
    ['an acknowledgement is empty', 'an acknowledgement with payload', 'an acknowledgement with one byte'],
    ['SETTINGS belong to the connection', 'SETTINGS on a stream', 'an acknowledgement on a stream'],
    ['SETTINGS have a multiple of six bytes', 'SETTINGS of 5 bytes', 'SETTINGS of 7 bytes'],
  ),
  ...list(
    'RFC 9113 §6.5.2',
    ['ENABLE_PUSH is 0 or 1', 'ENABLE_PUSH 2', 'ENABLE_PUSH 4294967295'],
    ['INITIAL_WINDOW_SIZE is below 2^31; else FLOW_CONTROL_ERROR', 'INITIAL_WINDOW_SIZE 2^31', 'INITIAL_WINDOW_SIZE 2^32 − 1'],
    ['MAX_FRAME_SIZE is from 2^14 to 2^24 − 1', 'MAX_FRAME_SIZE 16,383', 'MAX_FRAME_SIZE 0', 'MAX_FRAME_SIZE 2^24'],
    ['unknown parameters are ignored', 'an unknown parameter', 'many parameters, known and unknown'],
  ),
  ...list('RFC 9113 §6.5.3', ['SETTINGS are taken in their order, and acknowledged', 'SETTINGS are acknowledged', 'each SETTINGS is acknowledged', 'the last of several values in one frame', 'a wrong parameter behind right ones']),
  ...list('RFC 9113 §6.6', ['clients do not push', 'PUSH_PROMISE', 'PUSH_PROMISE on stream 0']),
  ...list('RFC 9113 §6.7', ['PING has eight bytes, belongs to the connection, and comes back', 'PING', 'PING of any bytes', 'an answer to no PING', 'PING on a stream', 'PING of 7 bytes', 'PING of 9 bytes', 'PING without payload', 'an answer to PING of 7 bytes']),
  ...list('RFC 9113 §6.8', ['GOAWAY belongs to the connection, and has its fields', 'GOAWAY on a stream', 'GOAWAY of 7 bytes', 'streams before GOAWAY are still answered']),
  ...list(
    'RFC 9113 §6.9',
    ['an increment is not 0: an error of the stream, or of the connection', 'WINDOW_UPDATE of 0 on the connection', 'WINDOW_UPDATE of 0 on a stream', 'WINDOW_UPDATE of nothing but the reserved bit'],
    ['WINDOW_UPDATE has four bytes; else FRAME_SIZE_ERROR of the connection', 'WINDOW_UPDATE of 3 bytes', 'WINDOW_UPDATE of 5 bytes', 'WINDOW_UPDATE of 5 bytes on a stream'],
  ),
  ...list(
    'RFC 9113 §6.9.1',
    ['windows do not grow beyond 2^31 − 1', 'a window beyond 2^31 − 1 on the connection', 'a window beyond 2^31 − 1 on a stream', 'a window just beyond 2^31 − 1 on the connection', 'a window just beyond 2^31 − 1 on a stream'],
    ['nobody sends more than the windows allow', 'more DATA than the window of the stream allows', 'more DATA than the window of the connection allows', 'a window of 0', 'a window of 1', 'the window of the connection'],
    ['frames without content need no window', 'an answer without content needs no window'],
  ),
  ...list(
    'RFC 9113 §6.9.2',
    ['INITIAL_WINDOW_SIZE changes the windows of all streams, also below 0, and that of the connection never', 'an initial window that grows', 'an initial window that shrinks below what was sent', 'an initial window that shrinks and grows again', 'a new initial window says nothing about the connection'],
    ['a change that makes a window too large is a FLOW_CONTROL_ERROR of the connection', 'an initial window that lifts that of a stream beyond 2^31 − 1'],
  ),
  ...list('RFC 9113 §6.10', ['CONTINUATION follows HEADERS or CONTINUATION of the same stream without END_HEADERS', 'CONTINUATION without HEADERS', 'CONTINUATION on stream 0', 'CONTINUATION behind whole HEADERS', 'CONTINUATION behind the last CONTINUATION', 'CONTINUATION behind DATA']),
  ...list('RFC 9113 §7', ['unknown error codes mean nothing special', 'RST_STREAM with an unknown code', 'GOAWAY with an unknown code: the connection ends, or goes on']),
  ...list('RFC 9113 §8.1', ['trailers end the stream, and nothing comes behind them', 'a second HEADERS that does not end the stream', 'DATA behind trailers', 'trailers behind no DATA', 'trailers in several frames']),
  ...list(
    'RFC 9113 §8.1.1',
    ['malformed requests are a PROTOCOL_ERROR of the stream', 'no fields at all', 'a name in upper case'],
    ['content-length is the length of the content', 'more content than said, in one frame', 'less content than said, in several frames', 'more content than said, before the end', 'less content than said, and trailers', 'no content where some was said', 'two lengths that differ'],
  ),
  ...list(
    'RFC 9113 §8.2',
    ['names are in lower case', 'a name in upper case', 'a name with one letter in upper case', 'a name in upper case in trailers'],
    ['names are tokens', 'the name ""', 'the name "a b"', 'the name "a\\u0000"', 'the name "a:b"', 'the name "é"'],
    ['values have neither NUL, CR, LF, nor white space at their ends', 'the value "a\\u0000b"', 'the value "a\\rb"', 'the value "a\\nb"', 'the value " a"', 'the value "a\\t"'],
  ),
  ...list('RFC 9113 §8.2.2', ['no fields of HTTP/1.1 connections', 'connection: close', 'proxy-connection: keep-alive', 'keep-alive: timeout=5', 'transfer-encoding: chunked', 'upgrade: foo', 'te: gzip', 'te: trailers']),
  ...list('RFC 9113 §8.2.3', ['crumbs of cookies are one field', 'a cookie in crumbs']),
  ...list(
    'RFC 9113 §8.3',
    ['pseudo-header fields are known, and those of requests', 'an unknown pseudo-header', ':status', 'a pseudo-header without a name'],
    ['… come in front of all others', 'a pseudo-header behind a field', ':method behind a field', ':path behind a field'],
    ['… and not in trailers', 'a pseudo-header in trailers', 'an unknown pseudo-header in trailers'],
    ['… and not twice', ':method twice', ':scheme twice', ':path twice', ':authority twice'],
  ),
  ...list(
    'RFC 9113 §8.3.1',
    [':method, :scheme and :path are there', 'no :method', 'no :scheme', 'no :path', 'no pseudo-header at all'],
    [':path is not empty, and begins with a slash', 'an empty :path', 'a :path in absolute form', 'a :path that does not begin with a slash', '* as :path of GET', '* as :path of OPTIONS'],
    [':authority has no user information, and is that of Host', 'an :authority with user information', 'an empty :authority', 'Host with another authority', 'Host twice', 'Host without :authority'],
  ),
  ...list('RFC 9113 §8.5', ['CONNECT has :authority, and neither :scheme nor :path', 'CONNECT with :scheme and :path', 'CONNECT with :path', 'CONNECT with :scheme', 'CONNECT without :authority']),
  ...list('RFC 8441 §3', ['ENABLE_CONNECT_PROTOCOL is 0 or 1', 'ENABLE_CONNECT_PROTOCOL 2']),
  ...list('RFC 8441 §4', [':protocol is for CONNECT, with :scheme, :path and :authority', ':protocol of another method than CONNECT', 'extended CONNECT without :path', 'extended CONNECT without :scheme', 'extended CONNECT without :authority', ':protocol twice', 'a :protocol behind a field']),
  ...list('RFC 9218 §2.1', ['NO_RFC7540_PRIORITIES is 0 or 1', 'NO_RFC7540_PRIORITIES 2']),
  ...list(
    'RFC 9218 §7.1',
    ['PRIORITY_UPDATE belongs to the connection, and names a stream', 'PRIORITY_UPDATE on a stream', 'PRIORITY_UPDATE of stream 0', 'PRIORITY_UPDATE of 3 bytes'],
    ['… that is not a push to come', 'PRIORITY_UPDATE of a pushed stream that is idle'],
    ['… nor one of more idle streams than may be opened', 'PRIORITY_UPDATE of more idle streams than may be opened', 'PRIORITY_UPDATE of one stream more than may be opened, where one is open'],
    ['a value that is not understood is ignored', 'PRIORITY_UPDATE with a value that is none', 'PRIORITY_UPDATE with an urgency out of range', 'PRIORITY_UPDATE without a value'],
  ),
  ...list('RFC 7541 §2.3.3', ['an index is that of an entry', 'index 62, where the dynamic table is empty', 'an index behind the last entry', 'a literal whose name is no entry']),
  ...list('RFC 7541 §4.2', ['the table is not larger than it may be', 'a size update above the limit', 'a size update to 2^32'], ['sizes change at the beginning of a block alone', 'a size update at the end of a block', 'a size update between fields']),
  ...list('RFC 7541 §4.4', ['entries are dropped for others; too large ones empty the table', 'an entry that was dropped', 'an entry larger than the table empties it', 'a full table drops its oldest entries']),
  ...list('RFC 7541 §5.1', ['integers have a bound, and an end', 'an index of more than 32 bits', 'an index that would be 2 modulo 2^32', 'an index that does not end', 'an integer of a hundred bytes that say nothing']),
  ...list('RFC 7541 §5.2', ['strings end within their block', 'a value longer than its block', 'a name longer than its block'], ['Huffman codes have no EOS, and less than eight bits of padding, of ones', 'a Huffman coded value with padding of a whole byte', 'a Huffman coded value with padding of zeros', 'a Huffman coded value with EOS']),
  ...list('RFC 7541 §6.1', ['index 0 is an error', 'index 0']),
  ...list('RFC 7541 §6.3', ['a size update is within the limit', 'a block of nothing but a size update above the limit', 'an entry that a smaller table has dropped']),
] // prettier-ignore
