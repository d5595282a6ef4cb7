import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Application } from 'corbel'
import { JwtService } from 'corbel/auth'
import type { Socket } from 'corbel/websocket'
import type { User } from '../../samples/chat/accounts/user.js'
import { ChatGateway } from '../../samples/chat/chat/chat.gateway.js'
import { createChat } from '../../samples/chat/create-chat.js'
import { hasBrowser, openBrowser, type Browser } from '../support/browser.js'
import { TestClient } from '../websocket/client.js'
import { clientFolder } from './chat/client-folder.js'
import { Visitor } from './chat/visitor.js'
import { holdTime, letTimeGo, passTime } from '../support/held-clock.js'
import { stablePort } from '../support/stable-port.js'

/** For what needs as long as the machine does. */
const WAIT = { timeout: 15_000 }

// each opens two windows, on a machine that may be slow
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const SECRET = 'thirty-two bytes or more of secret'
const ID = '0b9d0e3e-6a3f-4d0e-9a55-6f3b0a7f0c01'

/** What a client is told. */
interface Told {
  readonly id?: number
  readonly event?: string
  readonly data: unknown
}

describe('samples/chat', () => {
  let client: Awaited<ReturnType<typeof clientFolder>>
  let app: Application
  let url: string

  beforeAll(async () => {
    client = await clientFolder()
  })
  afterAll(() => client.remove())
  const listen = async (port = 0): Promise<void> => {
    const chat = { client: client.folder, secret: SECRET }
    app = await createChat(chat, { logger: false, shutdownSignals: false })
    await app.listen(port, '127.0.0.1')
    url = (await app.getUrl()).replace(/\/$/, '')
  }
  beforeEach(() => listen())
  afterEach(() => app.close())

  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, ...headers },
      body: JSON.stringify(body),
    })
  const cookieOf = (answer: Response): string => answer.headers.getSetCookie()[0]!.split(';', 1)[0]!
  const guest = async (name: string): Promise<string> => cookieOf(await post('guest', { name }))
  const connect = (cookie: string, headers: Record<string, string> = {}): Promise<TestClient> =>
    TestClient.open(`${url}/chat`, { headers: { cookie, ...headers } })
  const gateway = (): ChatGateway => app.get(ChatGateway, { strict: false })

  const ask = async (client: TestClient, event: string, data: unknown, id: number): Promise<Told> => {
    const answer = (): Told | undefined =>
      (client.received as Told[]).find((one) => one.id === id && one.event !== 'said')
    client.emit(event, data, id)
    await client.until(() => answer() !== undefined)
    return answer()!
  }

  describe('over TCP', () => {
    it('lets guests and accounts in, with a token that scripts cannot read, and nobody else', async () => {
      const answer = await post('guest', { name: '  Zoé ' })
      expect(answer.status).toBe(400)
      const entered = await post('guest', { name: 'Zoé' })
      expect(await entered.json()).toMatchObject({ name: 'Zoé', isGuest: true })
      const [line] = entered.headers.getSetCookie()
      expect(line).toMatch(/^chat=ey.*; Path=\/.*HttpOnly/i)
      expect(line).toMatch(/SameSite=Strict/i)
      const me = await fetch(`${url}/api/me`, { headers: { cookie: cookieOf(entered) } })
      expect(await me.json()).toMatchObject({ name: 'Zoé', isGuest: true })

      expect((await post('login', { name: 'ada', password: 'wrong' })).status).toBe(401)
      const ada = await post('login', { name: 'Ada', password: 'analytical engine' })
      expect(await ada.json()).toEqual({ id: 'ada', name: 'Ada', isGuest: false })
      expect((await post('guest', { name: 'Zoé' }, { origin: 'https://evil.example' })).status).toBe(403)
      expect((await fetch(`${url}/api/me`)).status).toBe(401)
    })

    it('refuses connections without a token, with a forged one, and from pages of other sites', async () => {
      await expect(connect('')).rejects.toThrow('401')
      const forged = await connect(`${(await guest('Zoé')).slice(0, -6)}AAAAAA`)
      expect((await forged.end()).code).toBe(4401)
      expect(forged.received).toMatchObject([{ event: 'exception', data: { statusCode: 401 } }])
      await expect(connect(await guest('Zoé'), { origin: 'https://evil.example' })).rejects.toThrow('403')
    })

    it('ends a connection with its token', async () => {
      holdTime()
      try {
        const tokens = app.get(JwtService, { strict: false })
        const user = { name: 'Zoé', guest: true }
        const token = await tokens.sign(user, { subject: 'guest-zoe', expiresIn: '3s' })
        const zoe = await connect(`chat=${token}`)
        await ask(zoe, 'join', { room: 'lobby' }, 1)
        await passTime(3000)
        expect(await zoe.end()).toEqual({ code: 4401, reason: 'the token has expired' })
      } finally {
        letTimeGo()
      }
    })

    it('refuses what is no message, and too many of them', async () => {
      const someone = await connect(await guest('Zoé'))
      // one after the other: messages that were sent together may be answered in any order
      const refused = { event: 'exception', data: { statusCode: 400 } }
      expect(await ask(someone, 'say', { id: ID, text: 'Hello' }, 1)).toMatchObject({
        event: 'exception',
        data: { message: 'Join a room first.' },
      })
      expect(await ask(someone, 'join', { room: 'cellar' }, 2)).toMatchObject(refused)
      expect(await ask(someone, 'join', { room: 'lobby' }, 3)).toMatchObject({
        data: { members: [{ user: { name: 'Zoé' } }], messages: [] },
      })
      expect(await ask(someone, 'say', { id: 'x', text: 'Hello' }, 4)).toMatchObject(refused)
      expect(await ask(someone, 'say', { id: ID, text: '   ' }, 5)).toMatchObject(refused)
      expect(await ask(someone, 'say', { id: ID, text: 'x'.repeat(1001) }, 6)).toMatchObject(refused)
      // the same message, sent again, is said once; eight go at once, and one more each second: not as many as these
      for (let id = 7; id < 207; id++) someone.emit('say', { id: ID, text: 'Hello' }, id)
      const answers = (): readonly Told[] =>
        (someone.received as Told[]).filter(({ id = 0, event }) => id >= 7 && event !== 'said')
      await someone.until(() => answers().length === 200)
      const slowed = answers().filter(({ data }) => (data as { code?: string } | null)?.code === 'SLOW_DOWN')
      expect(slowed.length).toBeGreaterThan(0)
      const said = (): number => someone.received.filter((one) => (one as Told).event === 'said').length
      await someone.until(() => said() > 0)
      // what is told is told in its order
      await ask(someone, 'who', undefined, 207)
      expect(said()).toBe(1)
      await someone.close()
    })

    it('lets nobody flood the others with whatever else they are told', async () => {
      const [zoe, max] = [await connect(await guest('Zoé')), await connect(await guest('Max'))]
      await max.emit('join', { room: 'lobby' }, 1).messages(1)
      await ask(zoe, 'join', { room: 'lobby' }, 1)
      // twenty go at once, and one more each second
      for (let id = 1001; id <= 1200; id++) zoe.emit('join', { room: 'lobby' }, id)
      for (let id = 2001; id <= 2200; id++) zoe.emit('typing', { isTyping: true }, id)
      for (let id = 3001; id <= 3200; id++) zoe.emit('who', undefined, id)
      const slowed = (from: number) =>
        zoe.received.filter(
          (one) =>
            (one as { id: number; event?: string }).event === 'exception' &&
            Math.floor((one as { id: number }).id / 1000) === from &&
            (one as { data: { code: string } }).data.code === 'SLOW_DOWN',
        ).length
      await zoe.until(() => [1, 2, 3].map(slowed).every((count) => count > 0))
      const told = (event: string) =>
        max.received.filter((one) => (one as { event?: string }).event === event)
      expect(told('joined').length).toBeLessThan(200)
      expect(told('typing').length).toBeLessThan(200)
      await Promise.all([zoe.close(), max.close()])
    })

    it('tells who comes, goes and writes, and gives what was said before', async () => {
      const [zoe, max] = [await connect(await guest('Zoé')), await connect(await guest('Max'))]
      await ask(zoe, 'join', { room: 'lobby' }, 1)
      await ask(zoe, 'say', { id: ID, text: ' Hello ' }, 2)
      await zoe.messages(3)
      max.emit('join', { room: 'lobby' }, 1)
      await max.messages(1)
      expect(max.received).toMatchObject([
        { id: 1, data: { messages: [{ text: 'Hello', by: { name: 'Zoé', isGuest: true } }] } },
      ])
      max.emit('typing', { isTyping: true })
      await zoe.messages(5)
      max.emit('join', { room: 'garden' }, 2)
      await zoe.messages(6)
      expect(zoe.received.slice(3)).toMatchObject([
        { event: 'joined', data: { user: { name: 'Max' } } },
        { event: 'typing', data: { user: { name: 'Max' }, isTyping: true } },
        { event: 'left' },
      ])
      zoe.emit('who', undefined, 4)
      await zoe.messages(7)
      expect(zoe.received.at(-1)).toMatchObject({ id: 4, data: [{ user: { name: 'Zoé' } }] })
      await Promise.all([zoe.close(), max.close()])
    })

    it('shows the numbers to moderators alone', async () => {
      const numbers = (cookie: string): Promise<Response> =>
        fetch(`${url}/admin/websockets`, { headers: { cookie } })
      const ada = cookieOf(await post('login', { name: 'ada', password: 'analytical engine' }))
      expect((await numbers('')).status).toBe(401)
      expect((await numbers(await guest('Zoé'))).status).toBe(403)
      expect(await (await numbers(ada)).json()).toMatchObject({ places: [{ path: '/chat' }] })
    })

    it('wants a secret where there are several processes', async () => {
      await expect(createChat({ redisUrl: 'redis://127.0.0.1:1' })).rejects.toThrow('JWT_SECRET')
    })
  })

  describe.runIf(hasBrowser)('in two windows', () => {
    let browser: Browser

    beforeAll(async () => {
      browser = await openBrowser()
    })
    afterAll(() => browser.close())

    const open = (options: object = {}): Promise<Visitor> => Visitor.open(browser, url, options)

    it('talks: messages, who is here, who is writing, rooms', async () => {
      const zoe = await (await open({ viewport: { width: 1280, height: 800 } })).comeIn('Zoé')
      const max = await (
        await open({ viewport: { width: 390, height: 780 }, colorScheme: 'dark' })
      ).comeIn('Max')
      await expect.poll(() => zoe.members(), WAIT).toEqual(['Maxguest', 'Zoéguestyou'])
      await expect.poll(() => max.members(), WAIT).toEqual(['Maxguestyou', 'Zoéguest'])

      await zoe.say('Is anybody there?')
      await expect.poll(() => max.said(), WAIT).toEqual(['Is anybody there?'])
      await zoe.noteTyping()
      await max.page.fill('#text', 'I am')
      await zoe.until(`typing.includes('Max (guest) is writing…')`)
      await zoe.page.screenshot({ path: join(tmpdir(), 'corbel-chat-typing.png') })
      await max.say('I am. Lovely weather in the garden, by the way.')
      await expect.poll(() => zoe.said(), WAIT).toEqual(await max.said())
      await zoe.until(`document.querySelector('#typing').textContent === ''`)
      await zoe.until(`document.querySelector('[data-state=pending]') === null`)
      await zoe.say('Then let us go there.\nI bring tea.')
      await expect.poll(() => max.said(), WAIT).toHaveLength(3)
      await zoe.page.screenshot({ path: join(tmpdir(), 'corbel-chat.png') })
      await max.page.screenshot({ path: join(tmpdir(), 'corbel-chat-narrow.png') })

      await max.page.getByRole('button', { name: 'garden' }).click()
      await expect.poll(() => max.members(), WAIT).toEqual(['Maxguestyou'])
      await expect.poll(() => zoe.members(), WAIT).toEqual(['Zoéguestyou'])
      await max.say('Nobody hears this in the lobby.')
      await max.until(`document.querySelectorAll('#messages li:not([data-state])').length === 1`)
      expect(await zoe.said()).toHaveLength(3)
      await max.page.close()
      await zoe.page.getByRole('button', { name: 'garden' }).click()
      await expect.poll(() => zoe.said(), WAIT).toEqual(['Nobody hears this in the lobby.'])
      await expect.poll(() => zoe.members(), WAIT).toEqual(['Zoéguestyou'])
      expect([...zoe.errors, ...max.errors]).toEqual([])
      await zoe.page.close()
    })

    it('comes back when the connection was lost, and misses nothing', async () => {
      const [zoe, max] = [await (await open()).comeIn('Zoé'), await (await open()).comeIn('Max')]
      await zoe.say('Before')
      await expect.poll(() => max.said(), WAIT).toEqual(['Before'])
      await zoe.noteStates()
      // cut off, as a network would do it
      for (const socket of gateway().server.sockets.values())
        if ((socket.data['user'] as User).name === 'Zoé') (socket as Socket).terminate()
      await max.say('Meanwhile')
      await zoe.until(`states.includes('lost') && states.at(-1) === 'connected'`)
      await expect.poll(() => zoe.said(), WAIT).toEqual(['Before', 'Meanwhile'])
      await expect.poll(() => zoe.members(), WAIT).toEqual(['Maxguest', 'Zoéguestyou'])
      await expect.poll(() => max.members(), WAIT).toEqual(['Maxguestyou', 'Zoéguest'])
      expect([...zoe.errors, ...max.errors]).toEqual([])
      await Promise.all([zoe.page.close(), max.page.close()])
    })

    it('shows that the server is away, and says what was written meanwhile when it is back', async () => {
      const port = await stablePort()
      await app.close()
      await listen(port)
      const zoe = await (await open()).comeIn('Zoé')
      await app.close()
      await zoe.until(`document.querySelector('#connection').dataset.state === 'lost'`)
      await zoe.say('Is this thing on?')
      await zoe.until(`document.querySelector('#messages [data-state=failed]') !== null`)
      await zoe.page.screenshot({ path: join(tmpdir(), 'corbel-chat-lost.png') })
      await listen(port)
      await zoe.until(`document.querySelector('#connection').dataset.state === 'connected'`)
      await zoe.until(`document.querySelectorAll('#messages li:not([data-state])').length === 1`)
      const max = await (await open()).comeIn('Max')
      await expect.poll(() => max.said(), WAIT).toEqual(['Is this thing on?'])
      expect([...zoe.errors, ...max.errors]).toEqual([])
      await Promise.all([zoe.page.close(), max.page.close()])
    })

    it('says why a login is refused, and lets accounts in', async () => {
      const ada = await open({ viewport: { width: 390, height: 780 } })
      await ada.until(`!document.querySelector('#login').hidden`)
      await ada.page.screenshot({ path: join(tmpdir(), 'corbel-chat-login.png') })
      await ada.page.fill('#login-form [name=name]', 'ada')
      await ada.page.fill('#login-form [name=password]', 'difference engine')
      await ada.page.click('#login-form button')
      await ada.until(`document.querySelector('#login-problem').textContent.includes('wrong')`)
      await ada.page.fill('#login-form [name=password]', 'analytical engine')
      await ada.page.click('#login-form button')
      await expect.poll(() => ada.members(), WAIT).toEqual(['Adayou'])
      // a second visit needs no login, until the token is gone
      await ada.page.goto(url)
      await expect.poll(() => ada.members(), WAIT).toEqual(['Adayou'])
      await ada.page.click('#logout')
      await ada.until(`!document.querySelector('#login').hidden`)
      await ada.page.goto(url)
      await ada.until(`!document.querySelector('#login').hidden`)
      expect(ada.errors).toEqual([])
      await ada.page.close()
    })

    it('shows what users write as text, whatever it is', async () => {
      const wide = { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }
      const zoe = await (await open(wide)).comeIn('Zoé')
      const max = await (await open({ viewport: { width: 390, height: 780 } })).comeIn('Max')
      const attempts = [
        '<img src=x onerror="window.pwned=1">',
        '<script>window.pwned=1</script>',
        '"><svg onload=window.pwned=1>',
        'javascript:window.pwned=1',
      ]
      for (const text of attempts) await zoe.say(text)
      await expect.poll(() => max.said(), WAIT).toEqual(attempts)
      expect(
        await max.page.evaluate(`document.querySelectorAll('#messages :is(img, script, svg)').length`),
      ).toBe(0)
      expect(await max.page.evaluate('window.pwned')).toBeUndefined()
      await zoe.page.screenshot({ path: join(tmpdir(), 'corbel-chat-dark.png') })
      await max.page.screenshot({ path: join(tmpdir(), 'corbel-chat-light.png') })
      // nor would a script that was smuggled in run
      const policy = (await fetch(url)).headers.get('content-security-policy')
      expect(policy).toContain("script-src 'self';")
      expect([...zoe.errors, ...max.errors]).toEqual([])
      await Promise.all([zoe.page.close(), max.page.close()])
    })
  })
})
