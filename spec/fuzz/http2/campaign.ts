import { HeaderList, type Exchange } from '../../../lib/http/index.js'
import { createHttpServer } from '../../../lib/server/index.js'
import { MemoryClient } from '../../conformance/http1/memory.js'
import { FrameReader, PREFACE, SETTING, TYPE, type Frame } from '../../conformance/http2/frames.js'
import { Reading } from '../../conformance/http2/reading.js'
import { answerTo } from '../../conformance/http2/subjects.js'
import { collectGarbage } from '../../support/memory.js'
import type { Random } from '../random.js'
import { mutate } from './mutate.js'
import { conversation, CORPUS } from './sequences.js'

/** What a campaign has tried. */
export interface Http2Figures {
  inputs: number
  bytes: number
  frames: number
  /** Requests that a handler has seen. */
  requests: number
  /** Answers that came whole. */
  answers: number
  /** Connections that the server gave up, by code. */
  readonly given: Record<number, number>
  /** MB in use after garbage was collected, at the beginning and the most since. */
  memory: { first: number; most: number }
}

/** An input by which the engine was found wanting: frames in hex. */
export interface Http2Finding {
  readonly frames: readonly string[]
  readonly problem: string
}

const BATCH = 64
/** Turns of the event loop that a connection may take to close once its client has hung up. */
const PATIENCE = 200
/** Inputs between two looks at the memory. */
const LOOK = 12_800
/** What may come to be in use beyond the first look, in MB. */
const GROWTH = 48
const TEXT = HeaderList.from({ 'content-type': 'text/plain' }).freeze()

/**
 * Sends sequences of frames, mutated, over many connections at a time, in random pieces, and reads what comes back strictly.
 *
 * @param random decides about everything
 * @param runs inputs
 * @param progress called now and then
 * @returns what was tried, and the first input that went wrong
 */
export async function http2Campaign(
  random: Random,
  runs: number,
  progress: (figures: Http2Figures) => void = () => undefined,
): Promise<{ figures: Http2Figures; finding: Http2Finding | undefined }> {
  const laboratory = new Http2Laboratory()
  const figures: Http2Figures = {
    inputs: 0,
    bytes: 0,
    frames: 0,
    requests: 0,
    answers: 0,
    given: {},
    memory: { first: 0, most: 0 },
  }
  let recent: Buffer[][] = []
  while (figures.inputs < runs) {
    const generated = Array.from({ length: BATCH / 2 }, () => conversation(random))
    const corpus = [...recent, ...generated]
    const inputs = Array.from({ length: BATCH }, (_, i) =>
      mutate(i % 2 === 0 ? generated[i / 2]! : random.pick(CORPUS), i % 4 === 0 ? corpus : CORPUS, random),
    )
    recent = generated
    const seen = await laboratory.run(inputs, random)
    for (const [i, { problem, reading, requests }] of seen.entries()) {
      const input = inputs[i]!
      figures.inputs++
      figures.frames += input.length
      figures.bytes += input.reduce((sum, { length }) => sum + length, 0)
      figures.requests += requests
      for (const stream of reading.streams.values()) if (stream.ended) figures.answers++
      if (reading.goaway !== undefined) {
        const { code } = reading.goaway
        figures.given[code] = (figures.given[code] ?? 0) + 1
      }
      if (problem !== undefined) {
        return { figures, finding: { frames: input.map((frame) => frame.toString('hex')), problem } }
      }
    }
    if (figures.inputs % LOOK === 0) {
      const problem = await lookAtMemory(figures)
      if (problem !== undefined) return { figures, finding: { frames: [], problem } }
    }
    progress(figures)
  }
  laboratory.check()
  return { figures, finding: undefined }
}

async function lookAtMemory({ memory, inputs }: Http2Figures): Promise<string | undefined> {
  await collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  const used = Math.round((heapUsed + external) / 1e6)
  if (memory.first === 0) memory.first = used
  memory.most = Math.max(memory.most, used)
  return used - memory.first > GROWTH
    ? `${used} MB after ${inputs} inputs, ${memory.first} at first`
    : undefined
}

/** What became of one input. */
interface Seen {
  readonly reading: Reading
  readonly requests: number
  readonly problem: string | undefined
}

/** One server and its clients. */
export class Http2Laboratory {
  private readonly errors: unknown[] = []
  private readonly seen = new Map<number, number>()
  private readonly server = createHttpServer({
    onError: (error) => this.errors.push(error),
    accelerate: false,
    // as applications have it; otherwise requests without an answer keep their connections
    halfClose: 'abort',
  })
  private connections = 0

  constructor() {
    this.server.handle(this.handle)
  }

  /** Sends each input on a connection of its own, all at the same time. */
  async run(inputs: readonly (readonly Buffer[])[], random: Random): Promise<Seen[]> {
    const clients = inputs.map((input) => {
      const client = new MemoryClient(++this.connections)
      this.server.accept(client)
      return {
        client,
        pieces: pieces(Buffer.concat(input), random),
        patient: random.below(2) === 0,
        ended: false,
        closed: false,
      }
    })
    for (let turn = 0, last = 0; turn - last < PATIENCE; turn++) {
      let open = false
      for (const one of clients) {
        const piece = one.pieces.shift()
        if (piece !== undefined) {
          if (piece.length > 0) one.client.push(piece)
          last = turn
        }
        // at once behind the last byte, or after a while
        if (one.pieces.length === 0 && (!one.patient || turn - last > 6) && !one.ended) {
          one.ended = true
          // of those that wait it is known whether the server has ended it by itself
          one.closed = one.client.answered
          one.client.hangUp()
        }
        open ||= !one.client.destroyed
      }
      if (!open) break
      await new Promise((resolve) => setImmediate(resolve))
    }
    return clients.map(({ client, patient, closed }, i) => {
      const reading = new Reading({ frameSize: 2 ** 24 - 1, tableSize: 2 ** 32 - 1 })
      const problem = client.destroyed
        ? judge(inputs[i]!, client.received, reading, !patient || closed)
        : 'the connection hangs'
      const requests = this.seen.get(client.remotePort) ?? 0
      this.seen.delete(client.remotePort)
      client.destroy()
      return { reading, requests, problem: problem ?? this.unhandled() }
    })
  }

  /** @throws if something was left behind */
  check(): void {
    const left: unknown = Reflect.get(this.server, 'connections')
    if (left instanceof Set && left.size > 0) throw new Error(`${left.size} connections were not forgotten`)
  }

  private readonly handle = async (exchange: Exchange): Promise<void> => {
    const { method, target, authority, headers, body, sink } = exchange
    const port = exchange.connection.remotePort
    this.seen.set(port, (this.seen.get(port) ?? 0) + 1)
    const answer = answerTo(method, target, authority, (name) => headers.get(name))
    if (answer.kind === 'hang') return
    const content = await body.bytes(1 << 20)
    const text = answer.kind === 'echo' ? content : bytesOf(answer.text)
    if (target === '/bytes/300000') {
      // in parts, as slowly as the client reads
      sink.head(200, TEXT, 'stream')
      for (let at = 0; at < text.length; at += 50_000) {
        if (!sink.write(text.subarray(at, at + 50_000))) await sink.drained()
      }
      sink.end()
      return
    }
    sink.head(200, TEXT, text.length)
    sink.end(text)
  }

  private unhandled(): string | undefined {
    return this.errors.length === 0
      ? undefined
      : `an error that nobody handled: ${String(this.errors.shift())}`
  }
}

/** What is wrong with what a server has said. */
function judge(
  input: readonly Buffer[],
  received: string,
  reading: Reading,
  closed: boolean,
): string | undefined {
  const sent = Buffer.concat(input)
  try {
    reading.receive(Buffer.from(received, 'latin1'))
  } catch (error) {
    return String(error)
  }
  const begun = sent.subarray(0, PREFACE.length).equals(PREFACE)
  if (begun && !reading.announced.has(0)) return 'there was a preface, and no SETTINGS came back'
  if (reading.goaway !== undefined && reading.goaway.code !== 0 && !closed)
    return 'GOAWAY, and the connection stays'
  return overrun(new FrameReader().read(sent.subarray(PREFACE.length)), reading)
}

/** Whether more DATA came than all that the client has ever allowed. */
function overrun(frames: readonly Frame[], reading: Reading): string | undefined {
  let initial = 65_535
  const given = new Map<number, number>()
  for (const { type, stream, payload } of frames) {
    if (type === TYPE.WINDOW_UPDATE && payload.length === 4) {
      const id = stream & 0x7fff_ffff
      given.set(id, (given.get(id) ?? 0) + (payload.readUInt32BE(0) & 0x7fff_ffff))
    }
    for (let at = 0; type === TYPE.SETTINGS && at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) === SETTING.INITIAL_WINDOW_SIZE) {
        initial = Math.max(initial, payload.readUInt32BE(at + 2))
      }
    }
  }
  let all = 0
  for (const [id, { counted }] of reading.streams) {
    all += counted
    const most = initial + (given.get(id) ?? 0)
    if (counted > most) return `${counted} bytes on stream ${id}, where ${most} were allowed`
  }
  const most = 65_535 + (given.get(0) ?? 0)
  return all > most ? `${all} bytes on the connection, where ${most} were allowed` : undefined
}

/** Cuts bytes in up to four pieces, sometimes in single bytes. */
function pieces(bytes: Buffer, random: Random): Buffer[] {
  const single = bytes.length < 200 && random.below(16) === 0
  const places = single
    ? Array.from({ length: bytes.length }, (_, i) => i)
    : Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b)
  const bounds = [0, ...places, bytes.length]
  return bounds.slice(1).map((end, i) => bytes.subarray(bounds[i], end))
}

const CONTENTS = new Map<string, Buffer>()

/** A text as bytes, made once. */
function bytesOf(text: string): Buffer {
  let bytes = CONTENTS.get(text)
  if (bytes === undefined) {
    bytes = Buffer.from(text, 'latin1')
    if (CONTENTS.size < 100) CONTENTS.set(text, bytes)
  }
  return bytes
}

/**
 * Takes as many frames from a failing input as it can lose and still fail.
 *
 * @param finding what failed
 * @param random decides how it is cut
 */
export async function shrinkHttp2({ frames, problem }: Http2Finding, random: Random): Promise<Http2Finding> {
  let best = { frames, problem }
  for (let at = frames.length - 1; at >= 0; at--) {
    const fewer = best.frames.filter((_, i) => i !== at)
    const input = fewer.map((hex) => Buffer.from(hex, 'hex'))
    // by chance of the pieces it may take some attempts
    for (let attempt = 0; attempt < 8; attempt++) {
      const [seen] = await new Http2Laboratory().run([input], random)
      if (seen?.problem === undefined) continue
      best = { frames: fewer, problem: seen.problem }
      break
    }
  }
  return best
}
