import { connect, type Socket } from 'node:net'
import { parseResponse } from '../../support/raw-http.js'

/** What clients have seen of a server. */
export interface Tally {
  /** Requests that were answered. */
  answered: number
  /** Answers that said `Connection: close`, or connections whose end was told by GOAWAY. */
  announced: number
  /** Requests that HTTP/2 has certified not to have been worked on (RFC 9113 §8.7). */
  repeatable: number
  /** Connections that were established. */
  connected: number
  /** Requests that were written to an open connection of which nobody had said that it closes, and not answered completely. */
  readonly lost: string[]
}

/** What a client does. */
export interface Behaviour {
  /** The bytes of its next request. */
  readonly request: () => string
  /** How many requests it sends at once. Default 1. */
  readonly pipeline?: number
  /** ms between an answer and the next request. Default none. */
  readonly think?: () => number
  /** Opens a new connection for each request, and says so. */
  readonly connection?: 'keep-alive' | 'new'
}

/**
 * One client that sends requests, one after the other, until nobody listens any more.
 *
 * @param port of this machine
 * @param behaviour what it sends and when
 * @param tally counts into this
 * @param onAnswer called behind each answer
 * @returns when a connection is refused
 */
export async function runClient(
  port: number,
  behaviour: Behaviour,
  tally: Tally,
  onAnswer: () => void,
): Promise<void> {
  while (await converse(port, behaviour, tally, onAnswer));
}

/** Uses one connection until it ends. Resolves to false if there was none. */
async function converse(
  port: number,
  behaviour: Behaviour,
  tally: Tally,
  onAnswer: () => void,
): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  if (!isOpen) return false
  tally.connected++
  await new Promise<void>((resolve) => {
    new Conversation(socket, behaviour, tally, onAnswer, resolve).send()
  })
  return true
}

class Conversation {
  private received = ''
  private due = 0
  private announced = false
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly socket: Socket,
    private readonly behaviour: Behaviour,
    private readonly tally: Tally,
    private readonly onAnswer: () => void,
    private readonly done: () => void,
  ) {
    let fate = 'the server ended the connection'
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.receive(text))
    socket.on('error', (error: NodeJS.ErrnoException) => (fate = error.code ?? error.message))
    socket.on('close', () => this.close(fate))
  }

  send(): void {
    const { request, pipeline = 1 } = this.behaviour
    if (this.socket.destroyed || this.socket.readableEnded) return
    this.due += pipeline
    this.socket.write(Array.from({ length: pipeline }, request).join(''))
  }

  private receive(text: string): void {
    this.received += text
    for (let at = 0; ;) {
      const found = parseResponse(this.received, at, false, false)
      if (found === undefined) {
        this.received = this.received.slice(at)
        break
      }
      at = found.end
      this.due--
      this.tally.answered++
      this.onAnswer()
      if (found.response.status >= 300) this.tally.lost.push(`answered ${found.response.status}`)
      if (found.response.headers['connection'] === 'close') this.announced = true
    }
    if (this.announced) {
      this.tally.announced++
      this.socket.destroy()
    } else if (this.due === 0) this.next()
  }

  private next(): void {
    const { connection, think } = this.behaviour
    if (connection === 'new') return void this.socket.destroy()
    const pause = think?.() ?? 0
    if (pause === 0) this.send()
    else this.timer = setTimeout(() => this.send(), pause)
  }

  private close(fate: string): void {
    clearTimeout(this.timer)
    // RFC 9112 §9.6: what comes behind an answer that announces the end was never promised one
    if (this.due > 0 && !this.announced) {
      const part = this.received === '' ? 'nothing' : JSON.stringify(this.received.slice(0, 80))
      const [line] = this.behaviour.request().split(' HTTP')
      this.tally.lost.push(`${fate} after ${line}: ${this.due} unanswered, ${part} received`)
    }
    this.done()
  }
}
