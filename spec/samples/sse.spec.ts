import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Application } from 'corbel'
import { createBoard } from '../../samples/sse/create-board.js'
import { ChangeLog } from '../../samples/sse/departures/change-log.js'
import { Departures } from '../../samples/sse/departures/departures.service.js'
import { hasBrowser, openBrowser } from '../support/browser.js'
import { RawClient } from '../support/raw-http.js'
import { stablePort } from '../support/stable-port.js'

// a browser, on a machine that may be slow
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

describe('samples/sse', () => {
  let app: Application
  let url: string

  const listen = async (port = 0) => {
    app = await createBoard({ logger: false, shutdownSignals: false })
    await app.listen(port, '127.0.0.1')
    url = await app.getUrl()
  }
  beforeEach(() => listen())
  afterEach(() => app.close())

  const announce = (change: object = {}) =>
    fetch(`${url}/departures`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ time: '14:05', train: 'IC 712', destination: 'Ghent', platform: 4, ...change }),
    })
  const screen = async (lastId?: string) => {
    const client = await RawClient.open(Number(new URL(url).port))
    const field = lastId === undefined ? '' : `Last-Event-ID: ${lastId}\r\n`
    return client.send(`GET /departures/live HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n${field}\r\n`)
  }
  const listeners = () => app.get(Departures, { strict: false }).listeners

  it('tells every screen every change, and those who were away what they have missed', async () => {
    await announce()
    const [first, second] = [await screen(), await screen()]
    await first.until(({ received }) => received.includes('event: board\nid: 1\ndata: [{'))
    await second.until(({ received }) => received.includes('event: board'))
    // never compressed, and with the time of connecting again
    expect(first.received.toLowerCase()).not.toContain('content-encoding')
    expect(first.received).toContain('retry: 1000\n\n')
    first.socket.destroy()
    await expect.poll(listeners).toBe(1)
    await announce({ state: 'boarding' })
    await announce({ train: 'S 1', time: '13:00' })
    await second.until(({ received }) => received.includes('id: 3\n'))
    const back = await screen('1')
    await back.until(({ received }) => received.includes('event: departure\nid: 3\n'))
    expect(back.received).toContain('event: departure\nid: 2\ndata: {')
    expect(back.received).not.toContain('event: board')
    for (const strange of ['99', '-1']) {
      const other = await screen(strange)
      await other.until(({ received }) => received.includes('event: board\nid: 3\n'))
      other.socket.destroy()
    }
    second.socket.destroy()
    back.socket.destroy()
    await expect.poll(listeners).toBe(0)
  })

  it('refuses what is no announcement, and an id that is no number', async () => {
    const answer = await announce({ train: '<b>', platform: 0 })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual([
      '/train',
      '/platform',
    ])
    const wrong = await fetch(`${url}/departures/live`, { headers: { 'last-event-id': 'x' } })
    expect(wrong.status).toBe(400)
  })

  it('gives the board in the form that is asked for, once', async () => {
    await announce({ destination: '=HYPERLINK("http://x")' })
    const board = await fetch(`${url}/departures`, { headers: { accept: 'text/csv' } })
    expect(await board.text()).toContain(`14:05,IC 712,"'=HYPERLINK(""http://x"")",4,on time\r\n`)
    const known = { 'if-none-match': board.headers.get('etag')! }
    expect((await fetch(`${url}/departures`, { headers: known })).status).toBe(304)
    await announce({ state: 'delayed' })
    expect((await fetch(`${url}/departures`, { headers: known })).status).toBe(200)
    expect((await fetch(`${url}/departures`, { headers: { accept: 'image/png' } })).status).toBe(406)
  })

  it('keeps a bounded number of changes', () => {
    const log = new ChangeLog<number>(2)
    for (let count = 0; count < 5; count++) log.add((id) => id * 10)
    expect(log.after(3)).toEqual([
      { id: 4, value: 40 },
      { id: 5, value: 50 },
    ])
    expect([log.after(5), log.after(2), log.after(6), log.after(NaN)]).toEqual([
      [],
      undefined,
      undefined,
      undefined,
    ])
  })

  describe.runIf(hasBrowser)('in a browser', () => {
    it('shows changes live, what it has missed after the server was away, and messages of the form', async () => {
      const port = await stablePort()
      await app.close()
      await listen(port)
      const browser = await openBrowser()
      try {
        const page = await browser.newPage()
        const errors: unknown[] = []
        const until = (condition: string) =>
          expect.poll(() => page.evaluate(condition), { timeout: 40_000 }).toBe(true)
        page.on('pageerror', (error) => errors.push(error))
        await page.setViewportSize({ width: 1000, height: 640 })
        await announce()
        await announce({
          train: 'S 1',
          time: '13:20',
          destination: 'Mechelen',
          platform: 2,
          state: 'boarding',
        })
        await announce({
          train: 'EC 9',
          time: '14:40',
          destination: 'Cologne',
          platform: 7,
          state: 'cancelled',
        })
        await page.goto(url)
        await until(`document.querySelectorAll('#board tr').length === 3`)
        await announce({ state: 'delayed' })
        await until(`document.querySelector('tr[data-train="IC 712"]').dataset.state === 'delayed'`)

        await page.fill('input[name=train]', 'wrong')
        await page.click('button')
        await until(`document.querySelector('#problem').textContent.includes('IC 712')`)
        await page.screenshot({ path: join(tmpdir(), 'corbel-sse.png') })
        await page.fill('input[name=time]', '15:00')
        await page.fill('input[name=train]', 'RE 5')
        await page.fill('input[name=destination]', 'Li\u00e8ge')
        await page.fill('input[name=platform]', '11')
        await page.click('button')
        await until(`document.querySelector('tr[data-train="RE 5"]') !== null`)
        expect(await page.textContent('tr[data-train="RE 5"]')).toBe('15:00RE 5Li\u00e8ge11on time')
        expect(await page.textContent('#connection')).toBe('live')

        // the server is away for a while, and knows nothing of before: the browser comes back by itself
        await app.close()
        await until(`document.querySelector('#connection').textContent === 'connecting'`)
        await listen(port)
        await announce({ train: 'IC 1' })
        await until(`document.querySelector('tr[data-train="IC 1"]') !== null`)
        await until(`document.querySelectorAll('#board tr').length === 1`)
        expect(errors).toEqual([])
      } finally {
        await browser.close()
      }
    })
  })
})
