import type { Socket as NetSocket } from 'node:net'
import { UseGuards, type CanActivate } from '../../lib/index.js'
import {
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketHandler,
} from '../../lib/websocket/index.js'
import type { TestClient } from './client.js'
import { Bench, signal } from './serve.js'

const bench = new Bench()
afterEach(() => bench.end())

/** Says all that is said meanwhile at once, so that it comes in few chunks. */
function together({ socket }: TestClient, say: () => void): void {
  const { _socket } = socket as unknown as { readonly _socket: NetSocket }
  _socket.cork()
  say()
  _socket.uncork()
}

/** Work that waits, and how much of it there was at a time. */
class Work {
  most = 0
  done = 0
  private running = 0
  private readonly gate = signal()
  private readonly waiting: { readonly isSo: () => boolean; readonly resolve: () => void }[] = []

  async run(): Promise<void> {
    this.most = Math.max(this.most, ++this.running)
    this.look()
    await this.gate.promise
    this.running--
    this.done++
    this.look()
  }

  open(): void {
    this.gate.resolve()
  }

  /** Resolves when so much is worked on. */
  atWork(count: number): Promise<void> {
    return this.when(() => this.running >= count)
  }

  /** Resolves when so much is done. */
  finished(count: number): Promise<void> {
    return this.when(() => this.done >= count)
  }

  private when(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve()
    const { promise, resolve } = signal()
    this.waiting.push({ isSo, resolve })
    return promise
  }

  private look(): void {
    for (const { isSo, resolve } of this.waiting) if (isSo()) resolve()
  }
}

describe('a client that says thousands of things at once', () => {
  it('has no more of them worked on than it may, and all of them in the end', async () => {
    const work = new Work()
    @WebSocketGateway({ path: '/' })
    class Busy {
      @SubscribeMessage('e') e() {
        return work.run()
      }
    }
    const { url } = await bench.serve([Busy])
    const client = await bench.connect(url)
    together(client, () => {
      for (let n = 0; n < 10_000; n++) client.emit('e')
    })
    await work.atWork(64)
    work.open()
    await work.finished(10_000)
    expect(work.most).toBe(64)
  })

  it('has no more worked on by a handler of text and bytes either', async () => {
    const work = new Work()
    @WebSocketHandler('/')
    class Busy {
      onMessage() {
        return work.run()
      }
    }
    const { url } = await bench.serve([Busy])
    const client = await bench.connect(url)
    together(client, () => {
      for (let n = 0; n < 10_000; n++) client.socket.send('')
    })
    await work.atWork(64)
    work.open()
    await work.finished(10_000)
    expect(work.most).toBe(64)
  })

  it('is heard with all of them, in their order, when guards have taken their time', async () => {
    const asked = signal()
    const gate = signal()
    class Slow implements CanActivate {
      async canActivate() {
        asked.resolve()
        await gate.promise
        return true
      }
    }
    const heard: unknown[] = []
    const all = signal()
    @UseGuards(Slow)
    @WebSocketGateway({ path: '/' })
    class Guarded {
      handleConnection() {
        heard.push('connected')
      }
      @SubscribeMessage('e') e(@MessageBody() n: number) {
        if (heard.push(n) === 1001) all.resolve()
      }
    }
    const { url } = await bench.serve([Guarded, Slow])
    const client = await bench.connect(url)
    together(client, () => {
      for (let n = 0; n < 1000; n++) client.emit('e', n)
    })
    await asked.promise
    gate.resolve()
    await all.promise
    expect(heard).toEqual(['connected', ...Array.from({ length: 1000 }, (_, n) => n)])
  })

  it('has no more worked on when answers that are streams have ended meanwhile', async () => {
    const work = new Work()
    const first = new Work()
    const ends = signal()
    @WebSocketGateway({ path: '/' })
    class Busy {
      @SubscribeMessage('values') async *values() {
        yield 1
        await ends.promise
      }
      @SubscribeMessage('first') first() {
        return first.run()
      }
      @SubscribeMessage('e') e() {
        return work.run()
      }
    }
    const { url } = await bench.serve([Busy], { adapter: { maxPending: 2 } })
    const client = await bench.connect(url)
    await client.emit('values', undefined, 1).messages(1)
    client.emit('first')
    await first.atWork(1)
    ends.resolve()
    await client.messages(2)
    first.open()
    await first.finished(1)
    together(client, () => {
      for (let n = 0; n < 100; n++) client.emit('e')
    })
    await work.atWork(2)
    work.open()
    await work.finished(100)
    expect(work.most).toBe(2)
  })
})
