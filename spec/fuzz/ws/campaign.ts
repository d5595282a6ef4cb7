import { isUtf8 } from 'node:buffer'
import { HeaderList, type UpgradeFeature } from '../../../lib/http/index.js'
import {
  WebSocketConnection,
  type WebSocketHost,
  type WebSocketListener,
} from '../../../lib/server/ws/index.js'
import { MemorySocket } from '../../server/memory-socket.js'
import { collectGarbage } from '../../support/memory.js'
import type { Random } from '../random.js'
import { conversation, mutate } from './conversations.js'
import { expectedOf, History, type Agreement, type Answer, type Expected } from './model.js'

/** What a campaign has tried. */
export interface WsFigures {
  inputs: number
  bytes: number
  /** Frames that were understood. */
  frames: number
  /** Messages and pongs that came back. */
  answers: number
  /** Connections by how they ended: the close code, or 1006 where the client has only stopped. */
  readonly ends: Record<number, number>
  /** MB in use after garbage was collected, at the beginning and the most since. */
  memory: { first: number; most: number }
}

/** An input by which the engine was found wanting: frames in hex, and which agreement it was sent under. */
export interface WsFinding {
  readonly frames: readonly string[]
  readonly variant: number
  readonly problem: string
}

const BATCH = 64
/**
 * Turns of the event loop, of a millisecond at least, without any progress that a connection may take: other threads compress.
 * Turns, as a process that was held up for a while has not looked.
 */
const PATIENCE = 20_000
/** Turns without progress after which those are given time. */
const EAGER_TURNS = 50
const LOOK = 12_800
/** What may come to be in use beyond the first look, in MB. */
const GROWTH = 48
const MAX_SIZE = 70_000
const MAX_REASON = 123
const PONG = 10

interface Variant extends Agreement {
  readonly serverTakeover: boolean
}

const VARIANTS: readonly Variant[] = [
  { deflate: undefined, serverTakeover: false, maxSize: MAX_SIZE },
  { deflate: { takeover: false }, serverTakeover: false, maxSize: MAX_SIZE },
  { deflate: { takeover: true }, serverTakeover: true, maxSize: MAX_SIZE },
  { deflate: { takeover: true }, serverTakeover: false, maxSize: MAX_SIZE },
  { deflate: { takeover: false }, serverTakeover: true, maxSize: MAX_SIZE },
]

/**
 * Has conversations, spoiled here and there, with a server that sends every message back, over many connections at a time and
 * in random pieces, and compares what comes back with what the model says.
 *
 * @param random decides about everything
 * @param runs inputs
 * @param progress called now and then
 * @returns what was tried, and the first input that went wrong
 */
export async function wsCampaign(
  random: Random,
  runs: number,
  progress: (figures: WsFigures) => void = () => undefined,
): Promise<{ figures: WsFigures; finding: WsFinding | undefined }> {
  const laboratory = new WsLaboratory()
  const memory = { first: 0, most: 0 }
  const figures: WsFigures = { inputs: 0, bytes: 0, frames: 0, answers: 0, ends: {}, memory }
  while (figures.inputs < runs) {
    const inputs = Array.from({ length: BATCH }, () => {
      const variant = random.below(VARIANTS.length)
      const frames = conversation(VARIANTS[variant]!, random)
      return { variant, frames: random.below(3) === 0 ? frames : mutate(frames, random) }
    })
    const seen = await laboratory.run(inputs, random)
    for (const [i, { problem, expected, code }] of seen.entries()) {
      const { frames, variant } = inputs[i]!
      figures.inputs++
      figures.bytes += frames.reduce((sum, { length }) => sum + length, 0)
      figures.frames += expected.frames
      figures.answers += expected.answers.length
      figures.ends[code] = (figures.ends[code] ?? 0) + 1
      if (problem !== undefined) {
        return { figures, finding: { frames: frames.map((one) => one.toString('hex')), variant, problem } }
      }
    }
    if (figures.inputs % LOOK === 0) {
      await collectGarbage()
      const { heapUsed, external } = process.memoryUsage()
      const used = Math.round((heapUsed + external) / 1e6)
      if (memory.first === 0) memory.first = used
      memory.most = Math.max(memory.most, used)
      if (used - memory.first > GROWTH) {
        const problem = `${used} MB after ${figures.inputs} inputs, ${memory.first} at first`
        return { figures, finding: { frames: [], variant: 0, problem } }
      }
    }
    progress(figures)
  }
  return { figures, finding: undefined }
}

/** What is sent, and under which agreement. */
export interface WsInput {
  readonly frames: readonly Buffer[]
  readonly variant: number
}

interface Seen {
  readonly expected: Expected
  /** As the listener has heard it. */
  readonly code: number
  readonly problem: string | undefined
}

/** Memory that is somebody else's as soon as the server has looked at it. */
const LENT = Buffer.allocUnsafeSlow(64 * 1024)

/** A client whose system takes a while for what it is sent. */
class SlowSocket extends MemorySocket {
  constructor(private readonly delay: boolean) {
    super()
  }

  override _write(chunk: string | Buffer, encoding: BufferEncoding, done: () => void): void {
    if (this.delay) super._write(chunk, encoding, () => setImmediate(done))
    else super._write(chunk, encoding, done)
  }
}

/** One connection, and what is known of it. */
class Talk implements WebSocketListener {
  readonly socket: SlowSocket
  readonly closes: number[] = []
  readonly errors: unknown[] = []
  readonly connection: WebSocketConnection
  isForgotten = false
  isHungUp = false

  constructor(
    readonly variant: Variant,
    readonly isSlow: boolean,
    readonly isLent: boolean,
  ) {
    const { deflate, serverTakeover, maxSize } = variant
    this.socket = new SlowSocket(isSlow)
    const host: WebSocketHost = {
      limits: {
        maxMessageSize: maxSize,
        maxBufferedSize: 1 << 30,
        maxConnections: 0,
        heartbeatInterval: 0,
        closeTimeout: 1,
      },
      clock: { now: 0 },
      forget: () => (this.isForgotten = true),
    }
    const agreed = deflate && {
      threshold: 16,
      level: 1,
      serverTakeover,
      clientTakeover: deflate.takeover,
      serverWindowBits: 15,
      header: '',
    }
    const upgrade = {} as UpgradeFeature
    const handshake = { protocol: undefined, deflate: agreed, headers: new HeaderList(), upgrade }
    this.connection = new WebSocketConnection(this.socket, Buffer.alloc(0), handshake, this, host)
  }

  get isOver(): boolean {
    return this.socket.destroyed
  }

  onMessage(socket: WebSocketConnection, content: string | Buffer): void {
    socket.send(content)
  }

  onClose(_: WebSocketConnection, code: number): void {
    this.closes.push(code)
  }

  onError(_: WebSocketConnection, error: unknown): void {
    this.errors.push(error)
  }

  feed(piece: Buffer): void {
    if (piece.length === 0 || this.isOver) return
    // the engine changes what it is given
    if (!this.isLent || piece.length > LENT.length) {
      this.socket.push(Buffer.from(piece))
      return
    }
    piece.copy(LENT)
    this.connection.receive(LENT, piece.length, true)
    // whoever has kept a view of it will be found out
    LENT.fill('!', 0, piece.length)
  }

  hangUp(): void {
    this.isHungUp = true
    if (!this.isOver) this.socket.push(null)
  }
}

/** A server that sends every message back, and its clients. */
export class WsLaboratory {
  /** Sends each input on a connection of its own, all at the same time. */
  async run(inputs: readonly WsInput[], random: Random): Promise<Seen[]> {
    const all = inputs.map(({ frames, variant: at }) => {
      const variant = VARIANTS[at]!
      const bytes = Buffer.concat(frames)
      const expected = expectedOf(bytes, variant)
      const talk = new Talk(variant, random.below(4) === 0, random.below(2) === 0)
      return { talk, expected, pieces: pieces(bytes, random) }
    })
    for (let idle = 0; idle < PATIENCE; idle++) {
      let isOpen = false
      for (const { talk, expected, pieces: left } of all) {
        if (talk.isOver) continue
        isOpen = true
        // one whose message is being decompressed does not read
        if (left.length > 0 && !talk.socket.isPaused()) {
          talk.feed(left.shift()!)
          idle = 0
        } else if (!talk.isHungUp && (isComplete(talk, expected) || talk.socket.writableEnded)) {
          talk.hangUp()
          idle = 0
        }
      }
      if (!isOpen) break
      await new Promise((resolve) => (idle < EAGER_TURNS ? setImmediate(resolve) : setTimeout(resolve, 1)))
    }
    return all.map(({ talk, expected }) => {
      const problem = judge(talk, expected)
      talk.socket.destroy()
      return { expected, code: talk.closes[0] ?? 1006, problem }
    })
  }
}

/** Whether all has come back that has to; where the server has to end it, its end is waited for. */
function isComplete({ socket, isSlow }: Talk, { answers, end }: Expected): boolean {
  if (end !== undefined) return false
  const { frames } = serverFrames(socket.received)
  if (!isSlow) return frames.length >= answers.length
  const messages = frames.filter(({ first }) => (first & 15) !== PONG)
  return (
    socket.writableLength === 0 && messages.length >= answers.filter(({ opcode }) => opcode !== PONG).length
  )
}

interface ServerFrame {
  readonly first: number
  readonly payload: Buffer
}

function serverFrames(received: string): { frames: ServerFrame[]; rest: number; masked: boolean } {
  const bytes = Buffer.from(received, 'latin1')
  const frames: ServerFrame[] = []
  let at = 0
  let masked = false
  while (bytes.length - at >= 2) {
    const short = bytes[at + 1]!
    masked ||= short >= 128
    const head = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
    if (bytes.length < head) break
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
    if (bytes.length < head + length) break
    frames.push({ first: bytes[at]!, payload: bytes.subarray(head, head + length) })
    at = head + length
  }
  return { frames, rest: bytes.length - at, masked }
}

/** What is wrong with what came back. */
function judge(talk: Talk, expected: Expected): string | undefined {
  const { socket, closes, errors, variant } = talk
  if (!socket.destroyed) return 'the connection hangs'
  if (errors.length > 0) return `an error that nobody handled: ${String(errors[0])}`
  if (closes.length !== 1) return `its end was told ${closes.length} times`
  if (!talk.isForgotten) return 'it was not forgotten'
  const { frames, rest, masked } = serverFrames(socket.received)
  if (rest > 0) return 'a frame is not complete'
  if (masked) return 'a frame is masked'
  const answers: Answer[] = []
  const history = new History(variant.serverTakeover, Infinity)
  let closed: Buffer | undefined
  for (const { first, payload } of frames) {
    if (closed !== undefined) return 'there is a frame behind the close frame'
    if ((first & 0xb0) !== 0x80) return 'a frame is not final, or has a reserved bit'
    const opcode = first & 15
    const isCompressed = (first & 0x40) !== 0
    if (isCompressed && variant.deflate === undefined) return 'a frame is compressed'
    if (opcode === 8) closed = payload
    else answers.push({ opcode, payload: isCompressed ? history.inflate(payload) : payload })
  }
  return differ(talk, answers, expected) ?? judgeEnd(closes[0]!, closed, expected)
}

function differ({ isSlow }: Talk, answers: readonly Answer[], expected: Expected): string | undefined {
  const found = answers.map(show)
  const wanted = expected.answers.map(show)
  if (!isSlow) return compare(found, wanted)
  // of several pings the latest may be answered alone, when there is room
  const isPong = ({ opcode }: Answer): boolean => opcode === PONG
  const pongs = expected.answers.filter(isPong).map(show)
  let at = 0
  for (const pong of answers.filter(isPong).map(show)) {
    at = pongs.indexOf(pong, at) + 1
    if (at === 0) return `a pong that nobody has asked for: ${pong}`
  }
  const others = (list: readonly Answer[]): string[] => list.filter((one) => !isPong(one)).map(show)
  return compare(others(answers), others(expected.answers))
}

function compare(found: readonly string[], wanted: readonly string[]): string | undefined {
  if (found.length !== wanted.length) return `${found.length} answers instead of ${wanted.length}`
  const at = found.findIndex((one, i) => one !== wanted[i])
  return at === -1 ? undefined : `answer ${at} is ${found[at]} instead of ${wanted[at]}`
}

function judgeEnd(heard: number, closed: Buffer | undefined, { end }: Expected): string | undefined {
  if (end === undefined) {
    if (closed !== undefined) return `it was closed: ${closed.toString('hex')}`
    return heard === 1006 ? undefined : `the listener heard ${heard} where the client has only stopped`
  }
  const codes = end.codes.join(' or ')
  if (!end.codes.includes(heard)) return `the listener heard ${heard} instead of ${codes}`
  if (closed === undefined) return `it was not closed with ${codes}`
  const code = closed.length === 0 ? 1005 : closed.readUInt16BE(0)
  if (code !== heard) return `it was closed with ${code}, and the listener heard ${heard}`
  const reason = closed.subarray(2)
  if (reason.length > MAX_REASON || !isUtf8(reason)) return 'the reason is no text, or too long'
  return end.isFailure === reason.length > 0 ? undefined : 'the reason is missing, or there is one'
}

function show({ opcode, payload }: Answer): string {
  return `${opcode}:${payload.toString('latin1')}`
}

/** Cuts bytes in up to four pieces, sometimes in single bytes. */
function pieces(bytes: Buffer, random: Random): Buffer[] {
  const single = bytes.length < 300 && random.below(8) === 0
  const places = single
    ? Array.from({ length: bytes.length }, (_, i) => i)
    : Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b)
  const bounds = [0, ...places, bytes.length]
  return bounds.slice(1).map((end, i) => bytes.subarray(bounds[i], end))
}

/**
 * Takes as many frames from a failing input as it can lose and still fail.
 *
 * @param finding what failed
 * @param random decides how it is cut
 */
export async function shrinkWs(finding: WsFinding, random: Random): Promise<WsFinding> {
  let best = finding
  for (let at = finding.frames.length - 1; at >= 0; at--) {
    const fewer = best.frames.filter((_, i) => i !== at)
    const input = { variant: finding.variant, frames: fewer.map((hex) => Buffer.from(hex, 'hex')) }
    // by chance of the pieces it may take some attempts
    for (let attempt = 0; attempt < 8; attempt++) {
      const [seen] = await new WsLaboratory().run([input], random)
      if (seen?.problem === undefined) continue
      best = { ...best, frames: fewer, problem: seen.problem }
      break
    }
  }
  return best
}
