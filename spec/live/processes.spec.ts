import { MemoryPubSub, PUB_SUB, type MessageListener, type PubSub, type Subscription } from 'corbel/core'
import { serveBoard } from './board.js'
import { eventually } from '../support/eventually.js'

/** Carries messages while it is told to, and tells when it does again. */
class FlakyPubSub implements PubSub {
  readonly maxMessageSize = 8_000
  isAway = false
  readonly messages: string[] = []
  onReconnect?: (listener: () => void) => () => void
  private readonly inner = new MemoryPubSub()
  private readonly listeners = new Set<() => void>()

  constructor(private readonly tells = true) {
    if (tells)
      this.onReconnect = (listener) => {
        this.listeners.add(listener)
        return () => void this.listeners.delete(listener)
      }
  }

  publish(channel: string, message: Uint8Array | string): Promise<void> {
    if (this.isAway) return Promise.reject(new Error('away'))
    this.messages.push(String(message))
    return this.inner.publish(channel, message)
  }

  subscribe(channel: string, listener: MessageListener): Promise<Subscription> {
    return this.inner.subscribe(channel, (message, name) =>
      this.isAway ? undefined : listener(message, name),
    )
  }

  comeBack(): void {
    this.isAway = false
    for (const listener of this.listeners) listener()
  }

  close(): Promise<void> {
    return this.inner.close()
  }
}

describe('live queries of several processes', () => {
  it('hear of what another one changes', async () => {
    const pubSub = new MemoryPubSub()
    const [here, there] = [await serveBoard({ pubSub }), await serveBoard({ pubSub })]
    const stream = await there.events('/notes')
    const client = await there.connect()
    await client.emit('subscribe', { url: '/notes' }, 1).messages(1)
    await stream.next()
    there.notes.texts.push('second')
    await here.notes.add('anything')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    expect((await client.messages(2))[1]).toMatchObject({ data: { result: ['first', 'second'] } })
    await stream.cancel()
  })

  it('find the PubSub that a module provides', async () => {
    const pubSub = new MemoryPubSub()
    const shared = () => {
      class SharedModule {}
      return {
        module: SharedModule,
        global: true,
        providers: [{ provide: PUB_SUB, useValue: pubSub }],
        exports: [PUB_SUB],
      }
    }
    const [here, there, alone] = [
      await serveBoard({}, { imports: [shared()] }),
      await serveBoard({}, { imports: [shared()] }),
      await serveBoard({ pubSub: false }, { imports: [shared()] }),
    ]
    const [stream, other] = [await there.events('/notes'), await alone.events('/notes')]
    await stream.next()
    await other.next()
    const { runs } = alone.notes
    there.notes.texts.push('second')
    await here.notes.add('anything')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    expect(alone.notes.runs).toBe(runs)
    await stream.cancel()
    await other.cancel()
  })

  it('are all run again when messages may have been lost', async () => {
    const pubSub = new FlakyPubSub()
    const [here, there] = [await serveBoard({ pubSub }), await serveBoard({ pubSub })]
    const stream = await there.events('/notes')
    await stream.next()
    there.notes.texts.push('second')
    pubSub.isAway = true
    // only this process hears of it for the time being
    await here.live.invalidate('notes')
    pubSub.comeBack()
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    await stream.cancel()
  })

  it('are told later what could not be told', async () => {
    const pubSub = new FlakyPubSub(false)
    const [here, there] = [await serveBoard({ pubSub }), await serveBoard({ pubSub })]
    const stream = await there.events('/notes')
    await stream.next()
    there.notes.texts.push('second')
    pubSub.isAway = true
    await here.live.invalidate('notes')
    pubSub.isAway = false
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    await stream.cancel()
  })

  it('tell many keys in messages of a size that the driver takes', async () => {
    const pubSub = new FlakyPubSub()
    const [here, there] = [await serveBoard({ pubSub }), await serveBoard({ pubSub })]
    const stream = await there.events('/notes')
    await stream.next()
    there.notes.texts.push('second')
    const keys = Array.from({ length: 2_000 }, (_, index) => `a key with a number: ${index}`)
    await here.live.invalidate(...keys, 'notes')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    expect(pubSub.messages.length).toBeGreaterThan(1)
    for (const message of pubSub.messages) expect(Buffer.byteLength(message)).toBeLessThan(8_000)
    await stream.cancel()
  })

  it('tell that anything may have changed, rather than remember too much', async () => {
    const pubSub = new FlakyPubSub()
    const [here, there] = [await serveBoard({ pubSub }), await serveBoard({ pubSub })]
    const stream = await there.events('/notes')
    await stream.next()
    there.notes.texts.push('second')
    pubSub.isAway = true
    for (let count = 0; count < 6_000; count += 1) await here.live.invalidate(`key ${count}`)
    pubSub.isAway = false
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    expect(pubSub.messages.some((message) => message.includes('"all":true'))).toBe(true)
    await stream.cancel()
  })

  it('stop listening with the application', async () => {
    const pubSub = new MemoryPubSub()
    const [here, there] = [await serveBoard({ pubSub }), await serveBoard({ pubSub })]
    await there.app.close()
    await here.live.invalidate('notes')
    await eventually(() => expect(there.live.statistics.runs).toBe(0))
  })
})
