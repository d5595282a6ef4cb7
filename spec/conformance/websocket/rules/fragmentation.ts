import { frame, OP } from '../frames.js'
import { answers, bytes, CODE, fails, pong, rules, text } from '../rule.js'

const part = (payload: string, opcode: number = OP.CONTINUED): Buffer =>
  frame(opcode, payload, { final: false })
const first = (payload: string): Buffer => part(payload, OP.TEXT)
const last = (payload: string): Buffer => frame(OP.CONTINUED, payload)

const FIVE = [
  first('one '),
  part('two '),
  frame(OP.PING, 'p1'),
  part('three '),
  part('four '),
  frame(OP.PING, 'p2'),
  last('five'),
]

/** Fragments, and what may and may not come between them (RFC 6455 §5.4). */
export const fragmentation = [
  ...rules(
    '5',
    'RFC 6455 §5.4',
    fails('a ping in two fragments', CODE.PROTOCOL, [part('a', OP.PING), last('b')]),
    fails('a pong in two fragments', CODE.PROTOCOL, [part('a', OP.PONG), last('b')]),
    answers('a text in two fragments', [first('fragment1'), last('fragment2')], text('fragment1fragment2')),
    answers(
      'bytes in two fragments',
      [part('fragment1', OP.BINARY), last('fragment2')],
      bytes('fragment1fragment2'),
    ),
    answers('two fragments in one write', [Buffer.concat([first('a'), last('b')])], text('ab')),
    answers(
      'a ping between two fragments',
      [first('a'), frame(OP.PING, 'ping'), last('b')],
      pong('ping'),
      text('ab'),
    ),
    answers('a pong between two fragments', [first('a'), frame(OP.PONG, 'pong'), last('b')], text('ab')),
    answers(
      'fragments and a ping in one write',
      [Buffer.concat([first('a'), frame(OP.PING, 'p'), last('b')])],
      pong('p'),
      text('ab'),
    ),
    fails('a continuation of nothing, and a text', CODE.PROTOCOL, [last('nothing'), frame(OP.TEXT, 'a')]),
    fails('the same in one write', CODE.PROTOCOL, [Buffer.concat([last('nothing'), frame(OP.TEXT, 'a')])]),
    fails('a continuation of nothing that is not the last', CODE.PROTOCOL, [
      part('nothing'),
      frame(OP.TEXT, 'a'),
    ]),
    fails('an empty continuation of nothing', CODE.PROTOCOL, [last('')]),
    fails(
      'a continuation behind the last',
      CODE.PROTOCOL,
      [first('a'), last('b'), part('c'), frame(OP.TEXT, 'd')],
      text('ab'),
    ),
    fails('continuations of nothing again and again', CODE.PROTOCOL, [
      part('a'),
      frame(OP.TEXT, 'b'),
      part('c'),
      frame(OP.TEXT, 'd'),
    ]),
    fails('a text within a text', CODE.PROTOCOL, [first('a'), frame(OP.TEXT, 'b')]),
    fails('bytes within a text', CODE.PROTOCOL, [first('a'), frame(OP.BINARY, 'b')]),
    fails('the beginning of a text within bytes', CODE.PROTOCOL, [part('a', OP.BINARY), first('b')]),
    answers(
      'five fragments with pings among them',
      FIVE,
      pong('p1'),
      pong('p2'),
      text('one two three four five'),
    ),
    answers(
      'five fragments with pings among them, in one write',
      [Buffer.concat(FIVE)],
      pong('p1'),
      pong('p2'),
      text('one two three four five'),
    ),
    answers(
      'a text behind one of fragments',
      [first('a'), last('b'), frame(OP.TEXT, 'c')],
      text('ab'),
      text('c'),
    ),
    answers(
      'bytes behind a text, both in fragments',
      [first('a'), last('b'), part('c', OP.BINARY), last('d')],
      text('ab'),
      bytes('cd'),
    ),
    answers('a first fragment that is empty', [first(''), last('b')], text('b')),
    answers('a last fragment that is empty', [first('a'), last('')], text('a')),
  ),
]
