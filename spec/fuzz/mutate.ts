import type { Random } from './random.js'

/** What parsers have been confused by, to be put anywhere. */
// prettier-ignore
const FRAGMENTS = [
  '\r', '\n', '\r\n', '\n\r', '\r\r\n', '\r\n\r\n', '\0', '\t', ' ', '\x0b', '\x0c', '\x7f', '\x80',
  '\xa0', '\xff', ':', ';', ',', '=', '"', '\\', '/', '*', '#', '%', '[', ']', '0', '1', 'f', '-', '+',
  '0x', 'HTTP/1.1', 'HTTP/1.0', 'Content-Length: 5\r\n', 'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n', 'Host: b\r\n', 'X: y\r\n', ' z\r\n', 'Connection: close\r\n',
  'Connection: keep-alive\r\n', 'Expect: 100-continue\r\n', 'Upgrade: h2c\r\n', '0\r\n\r\n',
  '5\r\nhello\r\n', '1;a=b\r\nx\r\n', 'GET / HTTP/1.1\r\n', 'HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n',
]

type Mutation = (text: string, random: Random, corpus: readonly string[]) => string

const cut = (text: string, at: number, length: number, instead = '') =>
  text.slice(0, at) + instead + text.slice(at + length)

const lineOf = (text: string, random: Random): { start: number; end: number } => {
  const at = random.below(text.length + 1)
  const start = text.lastIndexOf('\n', Math.max(0, at - 1)) + 1
  const feed = text.indexOf('\n', at)
  return { start, end: feed === -1 ? text.length : feed + 1 }
}

const MUTATIONS: readonly Mutation[] = [
  // a byte is changed, or one of its bits
  (text, random) => cut(text, random.below(text.length + 1), 1, String.fromCharCode(random.below(256))),
  (text, random) => {
    const at = random.below(text.length)
    return cut(text, at, 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random.below(8))))
  },
  // something is put in, taken out, or written over
  (text, random) => cut(text, random.below(text.length + 1), 0, random.pick(FRAGMENTS)),
  (text, random) => cut(text, random.below(text.length + 1), random.below(8)),
  (text, random) => cut(text, random.below(text.length + 1), random.below(8), random.pick(FRAGMENTS)),
  // a line is doubled, moved, or dropped
  (text, random) => {
    const { start, end } = lineOf(text, random)
    return cut(text, end, 0, text.slice(start, end))
  },
  (text, random) => {
    const { start, end } = lineOf(text, random)
    return cut(cut(text, start, end - start), random.below(text.length), 0, text.slice(start, end))
  },
  (text, random) => {
    const { start, end } = lineOf(text, random)
    return cut(text, start, end - start)
  },
  // the end is missing, or another one
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random, corpus) => {
    const other = random.pick(corpus)
    return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1))
  },
  (text, random, corpus) => text + random.pick(corpus),
  (text, random, corpus) => random.pick(corpus) + text,
]

/**
 * Makes one input out of others.
 *
 * @param corpus what to begin with
 * @param random decides
 */
export function mutate(corpus: readonly string[], random: Random): string {
  let text = random.pick(corpus)
  for (let count = random.below(3); count >= 0; count--) text = random.pick(MUTATIONS)(text, random, corpus)
  return text.slice(0, 70_000)
}
