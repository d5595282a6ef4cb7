import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { codeName, PREFACE, SETTING, settings, SETTINGS_ACK, TYPE, type Setting } from './frames.js'
import { Reading } from './reading.js'

/** How long a server may take for anything, in ms, on a machine that does other things too: only what fails takes it. */
const PATIENCE = 40_000

/** How a client begins. */
export interface Beginning {
  /** What it announces. */
  readonly settings?: readonly Setting[]
  /** Nothing is sent by itself: no preface, no SETTINGS, no acknowledgement. */
  readonly raw?: boolean
  readonly tls?: boolean
}

/** A client that sends the bytes that it is told to, and reads what a server answers strictly. */
export class Http2Client extends Reading {
  private readonly waiting = new Set<() => void>()
  private pings = 0

  private constructor(
    readonly socket: Socket,
    beginning: Beginning,
  ) {
    const announced = new Map(beginning.settings)
    const bounds = {
      frameSize: announced.get(SETTING.MAX_FRAME_SIZE) ?? 16_384,
      tableSize: announced.get(SETTING.HEADER_TABLE_SIZE) ?? 4_096,
    }
    super(bounds, () => !beginning.raw && this.send(SETTINGS_ACK))
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => this.note(() => this.receive(bytes)))
    socket.on('end', () => this.note(() => (this.gone = true)))
    socket.on('error', () => this.note(() => (this.gone = true)))
    socket.on('close', () => this.note(() => (this.gone = true)))
  }

  /** Connects to a port of this machine; unless it is to be raw, the settings of both sides are in force then. */
  static async open(port: number, beginning: Beginning = {}): Promise<Http2Client> {
    const where = { port, host: '127.0.0.1', allowHalfOpen: true }
    const socket = beginning.tls
      ? connectTls({ ...where, rejectUnauthorized: false, ALPNProtocols: ['h2'] })
      : connect(where)
    const client = new Http2Client(socket, beginning)
    await new Promise<void>((resolve, reject) => {
      socket.once(beginning.tls ? 'secureConnect' : 'connect', resolve)
      socket.once('error', reject)
    })
    if (beginning.raw) return client
    client.send(PREFACE, settings(...(beginning.settings ?? [])))
    await client.until('its settings', ({ acknowledged, announced }) => acknowledged > 0 && announced.has(0))
    return client
  }

  /** Sends bytes as they are. */
  send(...bytes: readonly Uint8Array[]): this {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(bytes))
    return this
  }

  /** Waits for something to be true. @throws if the connection ends before, or nothing happens for too long */
  async until(what: string, condition: (client: this) => boolean): Promise<this> {
    const late = { late: false }
    const timer = setTimeout(() => this.note(() => (late.late = true)), PATIENCE)
    try {
      while (!condition(this)) {
        if (this.wrong !== undefined) throw new Error(`${this.wrong}; ${this.story()}`)
        if (this.gone) throw new Error(`the connection ended before ${what}; ${this.story()}`)
        if (late.late) throw new Error(`no ${what} within ${PATIENCE} ms; ${this.story()}`)
        await new Promise<void>((resolve) => this.waiting.add(resolve))
      }
      return this
    } finally {
      clearTimeout(timer)
    }
  }

  /** Waits until the server has read everything that was sent, and shows that it still answers. */
  async roundTrip(): Promise<this> {
    const content = `ping${String(++this.pings).padStart(4, '0')}`
    this.send(pingFrame(content))
    return this.until(`PING ${content} to come back`, ({ pongs }) => pongs.includes(content))
  }

  /** Closes at once. */
  destroy(): void {
    this.socket.destroy()
  }

  private note(change: () => void): void {
    try {
      change()
    } catch (error) {
      this.wrong ??= String(error)
    }
    const woken = [...this.waiting]
    this.waiting.clear()
    for (const call of woken) call()
  }
}

function pingFrame(content: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 8, TYPE.PING, 0, 0, 0, 0, 0]), Buffer.from(content, 'latin1')])
}

/** Codes in words, for messages. */
export function codeNames(codes: readonly number[]): string {
  return codes.map(codeName).join(' or ')
}
