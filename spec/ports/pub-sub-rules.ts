import type { PubSub } from 'corbel/core'

/** Two ends of a carrier under test, and a name that no other test uses. */
export interface PubSubSubject {
  readonly one: PubSub
  readonly two: PubSub
  readonly name: string
}

/** Keeps what a listener hears, and waits for it. */
export class Mailbox {
  readonly messages: string[] = []
  private wake: (() => void) | undefined

  readonly listen = (message: Uint8Array, channel: string): void => {
    this.messages.push(`${channel}: ${Buffer.from(message).toString('latin1')}`)
    this.wake?.()
  }

  /** Waits for so many messages in all. */
  async count(count: number): Promise<readonly string[]> {
    while (this.messages.length < count) await new Promise<void>((resolve) => (this.wake = resolve))
    return this.messages
  }
}

/** What every driver of the port does. */
export const PUB_SUB_RULES: Readonly<Record<string, (subject: PubSubSubject) => Promise<void>>> = {
  async 'tells everybody who listens to a channel, once each'({ one, two, name }) {
    const [first, second, other] = [new Mailbox(), new Mailbox(), new Mailbox()]
    await one.subscribe(name, first.listen)
    await two.subscribe(name, second.listen)
    await two.subscribe(`${name} other`, other.listen)
    await one.publish(name, 'a')
    await one.publish(`${name} other`, 'b')
    await one.publish(name, 'c')
    await other.count(1)
    expect(await first.count(2)).toEqual([`${name}: a`, `${name}: c`])
    expect(await second.count(2)).toEqual([`${name}: a`, `${name}: c`])
    expect(other.messages).toEqual([`${name} other: b`])
  },

  async 'carries text and bytes as they are'({ one, two, name }) {
    const box = new Mailbox()
    await two.subscribe(name, box.listen)
    await one.publish(name, 'ä\0"')
    expect(await box.count(1)).toEqual([`${name}: ${Buffer.from('ä\0"').toString('latin1')}`])
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const bytes = new Uint8Array(every)
    const published = one.publish(name, bytes)
    await published
    bytes.fill(0)
    expect((await box.count(2))[1]).toBe(`${name}: ${every.toString('latin1')}`)
    await one.publish(name, '')
    expect((await box.count(3))[2]).toBe(`${name}: `)
  },

  async 'takes channels of any name'({ one, two, name }) {
    const channel = `${name} "; -- ${'x'.repeat(80)} ä`
    const box = new Mailbox()
    await two.subscribe(channel, box.listen)
    await one.publish(channel, '1')
    expect(await box.count(1)).toEqual([`${channel}: 1`])
  },

  async 'has subscribers that come at the same time, and ends each alone'({ one, two, name }) {
    const [first, second] = [new Mailbox(), new Mailbox()]
    const [gone] = await Promise.all([two.subscribe(name, first.listen), two.subscribe(name, second.listen)])
    await one.publish(name, '1')
    await Promise.all([first.count(1), second.count(1)])
    await gone.close()
    await gone[Symbol.asyncDispose]()
    await one.publish(name, '2')
    await second.count(2)
    expect(first.messages).toEqual([`${name}: 1`])
  },

  async 'listens again to a channel that was left'({ one, two, name }) {
    const [first, second] = [new Mailbox(), new Mailbox()]
    await (await two.subscribe(name, first.listen)).close()
    await one.publish(name, '1')
    await two.subscribe(name, second.listen)
    await one.publish(name, '2')
    expect(await second.count(1)).toEqual([`${name}: 2`])
    expect(first.messages).toEqual([])
  },

  async 'tells the others where one listener fails'({ one, two, name }) {
    const box = new Mailbox()
    await two.subscribe(name, () => {
      throw new Error('on purpose')
    })
    await two.subscribe(name, box.listen)
    await one.publish(name, '1')
    expect(await box.count(1)).toEqual([`${name}: 1`])
  },
}
