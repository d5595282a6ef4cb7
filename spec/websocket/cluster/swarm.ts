import { connect, type Socket } from 'node:net'

const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const
const IS_NUMBER = /^(?:\{"event":"n","data":(\d+)\}|42\["n",(\d+)\])$/

/** A client that costs next to nothing: a socket, and the numbers that it was told. */
export class LeanClient {
  readonly numbers: number[] = []
  isReady = false
  isClosed = false
  private rest: Buffer | undefined
  private isUpgraded = false
  private readonly socket: Socket

  constructor(
    port: number,
    private readonly isSocketIo: boolean,
    room: string,
  ) {
    const path = isSocketIo ? `/socket.io/?EIO=4&transport=websocket&room=${room}` : `/chat?room=${room}`
    this.socket = connect(port, '127.0.0.1')
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk))
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => (this.isClosed = true))
  }

  end(): void {
    this.socket.destroy()
  }

  private receive(chunk: Buffer): void {
    let bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk])
    this.rest = undefined
    if (!this.isUpgraded) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) return void (this.rest = bytes)
      if (!bytes.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) return this.end()
      this.isUpgraded = true
      if (!this.isSocketIo) this.isReady = true
      bytes = bytes.subarray(end + 4)
    }
    while (bytes.length >= 2) {
      const isLong = (bytes[1]! & 0x7f) === 126
      const head = isLong ? 4 : 2
      if (bytes.length < head) break
      const size = isLong ? bytes.readUInt16BE(2) : bytes[1]! & 0x7f
      if (bytes.length < head + size) break
      this.frame(bytes[0]! & 0x0f, bytes.subarray(head, head + size))
      bytes = bytes.subarray(head + size)
    }
    if (bytes.length > 0) this.rest = bytes
  }

  private frame(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) return this.send(OPCODE.pong, payload)
    if (opcode === OPCODE.close) return this.end()
    const text = payload.toString()
    const found = IS_NUMBER.exec(text)
    if (found !== null) return void this.numbers.push(Number(found[1] ?? found[2]))
    if (!this.isSocketIo) throw new Error(`unexpected: ${text}`)
    // of Engine.IO: open and ping; of Socket.IO: connected
    if (text.startsWith('0')) this.send(OPCODE.text, Buffer.from('40'))
    else if (text.startsWith('40')) this.isReady = true
    else if (text === '2') this.send(OPCODE.text, Buffer.from('3'))
    else throw new Error(`unexpected: ${text}`)
  }

  /** Masked with zeros. */
  private send(opcode: number, payload: Buffer): void {
    this.socket.write(
      Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]),
    )
  }
}

/** Waits until something is so, as often as it changes by what other processes do. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Connects so many clients, some at a time, and waits until they are in their rooms. */
export async function connectMany(
  count: number,
  portOf: (index: number) => number,
  isSocketIo: boolean,
  roomOf: (index: number) => string = () => 'all',
): Promise<LeanClient[]> {
  const clients: LeanClient[] = []
  while (clients.length < count) {
    const from = clients.length
    for (let i = from; i < Math.min(count, from + 100); i++)
      clients.push(new LeanClient(portOf(i), isSocketIo, roomOf(i)))
    await eventually(() => clients.every(({ isReady }) => isReady))
  }
  return clients
}

/** How often a client got each number, where that is not once; empty where all is well. */
export function notOnce({ numbers }: LeanClient, expected: readonly number[]): readonly string[] {
  const times = new Map<number, number>()
  for (const number of numbers) times.set(number, (times.get(number) ?? 0) + 1)
  return expected.filter((one) => times.get(one) !== 1).map((one) => `${one}: ${times.get(one) ?? 0}×`)
}

/** The numbers that a client got more than once. */
export function repeated({ numbers }: LeanClient): readonly number[] {
  return numbers.filter((one, at) => numbers.indexOf(one) !== at)
}
