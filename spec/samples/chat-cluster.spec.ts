import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { hasBrowser, openBrowser, type Browser } from '../support/browser.js'
import { isRedisMissing, openTestRedis, REDIS_URL, type TestRedis } from '../support/redis.js'
import { TestClient } from '../websocket/client.js'
import { clientFolder } from './chat/client-folder.js'
import { Visitor } from './chat/visitor.js'

// each starts two processes, on a machine that may be slow
vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 })

const SCRIPT = fileURLToPath(new URL('chat/process.ts', import.meta.url))
const SECRET = 'thirty-two bytes or more of secret'
const isMissing = await isRedisMissing()

interface Started {
  readonly child: ChildProcess
  readonly url: string
}

describe.skipIf(isMissing)('samples/chat on two processes, with Redis', () => {
  let client: Awaited<ReturnType<typeof clientFolder>>
  let redis: TestRedis
  let first: Started
  let second: Started

  const start = async (): Promise<Started> => {
    const args = [client.folder, REDIS_URL, redis.keyPrefix, SECRET]
    const child = fork(SCRIPT, args, { execArgv: ['--import', '@oxc-node/core/register'] })
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`it ended with ${code}`)
    })
    const [url] = (await Promise.race([once(child, 'message'), ended])) as [string]
    ended.catch(() => undefined)
    return { child, url }
  }
  const stop = async ({ child }: Started): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }

  beforeAll(async () => {
    client = await clientFolder()
  })
  afterAll(() => client.remove())
  beforeEach(async () => {
    redis = openTestRedis()
    ;[first, second] = await Promise.all([start(), start()])
  })
  afterEach(async () => {
    await Promise.all([first, second].filter((one) => one !== undefined).map(stop))
    await redis.close()
  })

  it('limits a user wherever he is connected, and says a message that is sent again once', async () => {
    const answer = await fetch(`${first.url}/api/guest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: first.url },
      body: JSON.stringify({ name: 'Zoé' }),
    })
    const headers = { cookie: answer.headers.getSetCookie()[0]!.split(';', 1)[0]! }
    const both = [
      await TestClient.open(`${first.url}/chat`, { headers }),
      await TestClient.open(`${second.url}/chat`, { headers }),
    ]
    for (const one of both) {
      one.emit('join', { room: 'lobby' }, 'join')
      await expect.poll(() => answersOf(one, 'join'), WAIT).toHaveLength(1)
    }
    const id = '0b9d0e3e-6a3f-4d0e-9a55-6f3b0a7f0c01'
    // eight go at once, and one more each second: not as many as these
    for (let n = 0; n < 60; n++) for (const one of both) one.emit('say', { id, text: 'Hello' }, `say-${n}`)
    for (const one of both) {
      await expect.poll(() => answersOf(one, 'say'), WAIT).toHaveLength(60)
      await expect.poll(() => eventsOf(one, 'said'), WAIT).toHaveLength(1)
    }
    const slowed = both.flatMap((one) => answersOf(one, 'say')).filter(({ event }) => event === 'exception')
    expect(slowed.length).toBeGreaterThan(0)
    expect(slowed).toMatchObject(slowed.map(() => ({ data: { code: 'SLOW_DOWN' } })))
    await Promise.all(both.map((one) => one.close()))
  })

  describe.runIf(hasBrowser)('in two windows', () => {
    let browser: Browser

    beforeAll(async () => {
      browser = await openBrowser()
    })
    afterAll(() => browser.close())

    it('talks, shows who is here and who is writing, and who is gone when a process was killed', async () => {
      const zoe = await (await Visitor.open(browser, first.url)).comeIn('Zoé')
      const max = await (await Visitor.open(browser, second.url)).comeIn('Max')
      await expect.poll(() => zoe.members(), WAIT).toEqual(['Maxguest', 'Zoéguestyou'])
      await expect.poll(() => max.members(), WAIT).toEqual(['Maxguestyou', 'Zoéguest'])
      await zoe.say('Hello over there')
      await expect.poll(() => max.said(), WAIT).toEqual(['Hello over there'])
      await zoe.noteTyping()
      await max.page.fill('#text', 'I am')
      await zoe.until(`typing.includes('Max (guest) is writing…')`)
      await max.say('I am on the other process')
      await expect.poll(() => zoe.said(), WAIT).toEqual(['Hello over there', 'I am on the other process'])

      // who comes later knows what was said on both
      const ben = await (await Visitor.open(browser, second.url)).comeIn('Ben')
      await expect.poll(() => ben.said(), WAIT).toEqual(['Hello over there', 'I am on the other process'])

      second.child.kill('SIGKILL')
      await max.until(`document.querySelector('#connection').dataset.state === 'lost'`)
      // a process that was killed says nothing: the others find out after a while, and the page asks
      await expect
        .poll(async () => {
          await zoe.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
          return zoe.members()
        }, LONG)
        .toEqual(['Zoéguestyou'])
      await zoe.say('Alone again')
      await expect.poll(() => zoe.said(), WAIT).toHaveLength(3)
      expect([...zoe.errors, ...max.errors, ...ben.errors]).toEqual([])
      await Promise.all([zoe, max, ben].map(({ page }) => page.close()))
    })
  })
})

const WAIT = { timeout: 40_000 }
const LONG = { timeout: 90_000, interval: 500 }

interface Told {
  readonly id?: string
  readonly event?: string
}

function answersOf({ received }: TestClient, begin: string): Told[] {
  return (received as Told[]).filter(({ id }) => id?.startsWith(begin))
}

function eventsOf({ received }: TestClient, name: string): Told[] {
  return (received as Told[]).filter(({ id, event }) => id === undefined && event === name)
}
