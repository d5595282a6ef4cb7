import { MemoryPubSub } from '../../../lib/core/index.js'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

describe('messages in memory', () => {
  it('come to everybody who listens to their channel, until they stop', async () => {
    const pubSub = new MemoryPubSub()
    const heard: string[] = []
    const listen = (who: string) => (message: Uint8Array, channel: string) =>
      void heard.push(`${who} ${channel} ${text(message)}`)
    const one = await pubSub.subscribe('news', listen('one'))
    await pubSub.subscribe('news', listen('two'))
    await pubSub.subscribe('other', listen('three'))
    await pubSub.publish('news', 'ä')
    await Promise.resolve()
    expect(heard.splice(0)).toEqual(['one news ä', 'two news ä'])
    await one.close()
    await one[Symbol.asyncDispose]()
    const bytes = new TextEncoder().encode('later')
    await pubSub.publish('news', bytes)
    bytes.fill(0)
    await Promise.resolve()
    expect(heard.splice(0)).toEqual(['two news later'])
    await pubSub.close()
    await pubSub.publish('news', 'nobody')
    await Promise.resolve()
    expect(heard).toEqual([])
  })

  it('reach the others where one listener fails', async () => {
    const pubSub = new MemoryPubSub()
    const heard: string[] = []
    await pubSub.subscribe('news', () => {
      throw new Error('on purpose')
    })
    await pubSub.subscribe('news', (message) => void heard.push(text(message)))
    await pubSub.publish('news', 'x')
    await Promise.resolve()
    expect(heard).toEqual(['x'])
  })
})
