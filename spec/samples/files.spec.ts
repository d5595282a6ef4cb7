import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Application } from 'corbel'
import { createFiles } from '../../samples/files/create-files.js'
import { hasBrowser, openBrowser } from '../support/browser.js'

// what runs in the page
declare const document: { querySelector(selector: string): any }

const SECONDS = 40
const BYTES_PER_SECOND = 48_000 * 2 * 2

/** Noise: 16 bit, stereo, 48 kHz. More than a player reads ahead. */
function noise(): Buffer {
  const data = Buffer.alloc(BYTES_PER_SECOND * SECONDS, 'not quite a tone')
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(2, 22)
  head.writeUInt32LE(48_000, 24)
  head.writeUInt32LE(BYTES_PER_SECOND, 28)
  head.writeUInt16LE(4, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(data.length, 40)
  return Buffer.concat([head, data])
}

describe('samples/files', () => {
  let app: Application
  let url: string
  let uploads: string
  const ranges: (string | undefined)[] = []

  beforeEach(async () => {
    uploads = await mkdtemp(join(tmpdir(), 'corbel-files-'))
    app = await createFiles({ uploads, fileSize: 8_000_000 }, { logger: false, shutdownSignals: false })
    ranges.length = 0
    app.use((request, _response, next) => {
      if (request.path.endsWith('/content')) ranges.push(request.get('range'))
      next()
    })
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })
  afterEach(async () => {
    await app.close()
    expect(await readdir(uploads)).toEqual([])
    await rm(uploads, { recursive: true })
  })

  const upload = async (
    name: string,
    bytes: Uint8Array,
  ): Promise<{ status: number; file: { id: string; kind: string } }> => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(bytes)]), name)
    const answer = await fetch(`${url}/api/files`, { method: 'POST', body: form })
    return { status: answer.status, file: (await answer.json()) as { id: string; kind: string } }
  }

  it('takes uploads and sends parts of them', async () => {
    const bytes = noise()
    const { status, file } = await upload('tone.wav', bytes)
    expect([status, file]).toEqual([
      201,
      { id: file.id, name: 'tone.wav', size: bytes.length, kind: 'audio' },
    ])
    expect(await (await fetch(`${url}/api/files`)).json()).toEqual([file])
    const content = `${url}/api/files/${file.id}/content`
    const part = await fetch(content, { headers: { range: 'bytes=1000-1999' } })
    expect([part.status, part.headers.get('content-type')]).toEqual([206, 'audio/wav'])
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 2000))).toBe(true)
    const later = { range: 'bytes=2000-2001', 'if-range': part.headers.get('etag')! }
    expect((await fetch(content, { headers: later })).status).toBe(206)
  })

  it('has what is no picture or film saved, whatever its name', async () => {
    for (const name of ['page.html', 'drawing.svg', '../../../escape.html', 'noext']) {
      const { file } = await upload(name, Buffer.from('<script>alert(1)</script>'))
      const { headers } = await fetch(`${url}/api/files/${file.id}/content`)
      expect(headers.get('content-disposition')).toMatch(/^attachment/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('refuses what is too large, and what is not there', async () => {
    // by one byte: what is sent after an answer may find nobody who reads it
    expect((await upload('big.bin', Buffer.alloc(8_000_001))).status).toBe(413)
    expect(await (await fetch(`${url}/api/files`)).json()).toEqual([])
    expect((await fetch(`${url}/api/files/none/content`)).status).toBe(404)
  })

  it('sends the page for its own addresses, and not for others', async () => {
    const html = { accept: 'text/html' }
    const page = await app.inject({ url: '/watch/1', headers: html })
    expect([page.status, page.body.includes('id="main"')]).toEqual([200, true])
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    )
    expect((await app.inject({ url: '/api/nothing', headers: html })).status).toBe(404)
    expect((await app.inject({ url: '/nothing.js', headers: html })).status).toBe(404)
  })

  it.skipIf(!hasBrowser)(
    'works in a browser: upload, list, play, seek, reload',
    async () => {
      const browser = await openBrowser(['--autoplay-policy=no-user-gesture-required'])
      try {
        const page = await browser.newPage()
        const troubles: string[] = []
        page.on('console', (event) => troubles.push(event.text()))
        await page.goto(`${url}/`)
        await page.waitForFunction(() => document.querySelector('main p') !== null)
        await page.setInputFiles('#file', { name: 'tone.wav', mimeType: 'audio/wav', buffer: noise() })
        await page.click('button')
        await page.waitForFunction(() => document.querySelector('main li a') !== null)
        expect(await page.textContent('main li')).toBe('tone.wav7500 KiB')
        if (process.env['SCREENSHOTS'] !== undefined)
          await page.screenshot({ path: `${process.env['SCREENSHOTS']}/list.png` })
        await page.click('main li a')
        await page.waitForFunction(() => document.querySelector('audio')?.readyState >= 1)
        expect(await page.evaluate('document.querySelector("audio").duration')).toBe(SECONDS)
        await page.evaluate('document.querySelector("audio").currentTime = 38')
        await page.waitForFunction(
          () => !document.querySelector('audio').seeking && document.querySelector('audio').readyState >= 2,
        )
        // from the beginning first; then, for what is near the end, from there
        expect(ranges[0]).toBe('bytes=0-')
        expect(ranges.some((range) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]) > 6_000_000)).toBe(true)
        if (process.env['SCREENSHOTS'] !== undefined)
          await page.screenshot({ path: `${process.env['SCREENSHOTS']}/watch.png` })
        // the address is the application's own: a reload gets the same page
        const reloaded = await page.goto(await page.evaluate<string>('location.href'))
        expect(reloaded?.status()).toBe(200)
        await page.waitForFunction(() => document.querySelector('audio')?.readyState >= 1)
        // nothing was refused by the policy, and no script has failed
        expect(troubles).toEqual([])
      } finally {
        await browser.close()
      }
    },
    180_000,
  )
})
