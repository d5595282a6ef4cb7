import { connect, constants, type ClientHttp2Session } from 'node:http2'
import type { Tally } from './client.js'

/** What a client of HTTP/2 does. */
export interface H2Behaviour {
  /** The path of its next request. */
  readonly path: () => string
  /** Sent with POST, in pieces. Default none: GET. */
  readonly body?: string
  /** What has to come back. */
  readonly expected: RegExp
  /** How many requests it has at a time. Default 1. */
  readonly streams?: number
  /** ms between an answer and the next request. Default none. */
  readonly think?: () => number
  /** Opens a new connection for each request. */
  readonly connection?: 'keep-alive' | 'new'
}

/**
 * One client of HTTP/2 that has some requests at a time, until nobody listens any more.
 *
 * @param port of this machine
 * @param behaviour what it sends and when
 * @param tally counts into this
 * @param onAnswer called behind each answer
 * @returns when a connection is refused
 */
export async function runH2Client(
  port: number,
  behaviour: H2Behaviour,
  tally: Tally,
  onAnswer: () => void,
): Promise<void> {
  while (await converse(port, behaviour, tally, onAnswer));
}

/** Uses one connection until it ends. Resolves to false if there was none. */
async function converse(
  port: number,
  behaviour: H2Behaviour,
  tally: Tally,
  onAnswer: () => void,
): Promise<boolean> {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => undefined)
  const closed = new Promise((resolve) => session.once('close', resolve))
  const isOpen = await new Promise<boolean>((resolve) => {
    session.once('connect', () => resolve(true))
    session.once('error', () => resolve(false))
    session.once('close', () => resolve(false))
  })
  if (!isOpen) return false
  tally.connected++
  const conversation = new Conversation(session, behaviour, tally, onAnswer)
  const lanes = Array.from({ length: behaviour.streams ?? 1 }, () => conversation.lane())
  await Promise.all(lanes)
  if (behaviour.connection === 'new') session.close()
  await closed
  return true
}

class Conversation {
  /** The last stream that the server answers, once it has said so. */
  private last: number | undefined

  constructor(
    private readonly session: ClientHttp2Session,
    private readonly behaviour: H2Behaviour,
    private readonly tally: Tally,
    private readonly onAnswer: () => void,
  ) {
    session.on('goaway', (_code: number, last: number) => {
      if (this.last === undefined) tally.announced++
      this.last = last
    })
  }

  /** One request behind the other. */
  async lane(): Promise<void> {
    const { think, connection } = this.behaviour
    while (!this.session.closed && !this.session.destroyed) {
      await this.request()
      const pause = think?.() ?? 0
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
      if (connection === 'new') return
    }
  }

  private request(): Promise<void> {
    const { path, body, expected } = this.behaviour
    const target = path()
    const method = body === undefined ? 'GET' : 'POST'
    const stream = this.session.request(
      {
        ':method': method,
        ':path': target,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      { endStream: body === undefined },
    )
    if (body !== undefined) {
      const half = body.length >>> 1
      stream.write(body.slice(0, half))
      setImmediate(() => stream.end(body.slice(half)))
    }
    let status = 0
    let text = ''
    let isComplete = false
    let failure = 'the stream was closed'
    stream.setEncoding('latin1')
    stream.on('response', ({ ':status': code = 0 }) => (status = code))
    stream.on('data', (part: string) => (text += part))
    stream.on('end', () => (isComplete = status !== 0))
    stream.on('error', ({ message }) => (failure = message))
    return new Promise((resolve) => {
      stream.on('close', () => {
        const { tally } = this
        if (isComplete && status < 300 && expected.test(text)) {
          tally.answered++
          this.onAnswer()
        } else if (this.isRepeatable(stream.id, stream.rstCode)) tally.repeatable++
        else {
          const what = `${method} ${target} on stream ${stream.id}, GOAWAY ${this.last ?? 'none'}`
          tally.lost.push(`${failure}: ${what}, ${status} and ${JSON.stringify(text.slice(0, 80))} received`)
        }
        resolve()
      })
    })
  }

  /** RFC 9113 §8.7: requests that the server has certainly not worked on. Node refuses by itself what GOAWAY overtakes. */
  private isRepeatable(id: number | undefined, code: number): boolean {
    if (id === undefined || code === constants.NGHTTP2_REFUSED_STREAM) return true
    return this.last !== undefined && id > this.last
  }
}
