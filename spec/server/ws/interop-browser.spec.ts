import { hasBrowser, openBrowser, type Browser, type Page } from '../../support/browser.js'
import { createCertificate } from '../../support/certificates.js'
import { CloseCode } from '../../../lib/server/ws/index.js'
import { echoServer, type EchoServer } from './echo-server.js'

const SIZES = [0, 1, 125, 126, 127, 1_024, 65_535, 65_536, 100_000]
const PAGE = '<!doctype html><title>page</title>'

describe.runIf(hasBrowser)('WebSockets of Chromium', () => {
  let browser: Browser
  const servers: EchoServer[] = []

  beforeAll(async () => {
    browser = await openBrowser(['--ignore-certificate-errors'])
  }, 120_000)
  afterAll(() => browser.close())
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })

  const start = async (...given: Parameters<typeof echoServer>): Promise<EchoServer> => {
    const server = await echoServer(...given)
    servers.push(server)
    return server
  }

  const tls = createCertificate({ name: 'localhost', hosts: ['localhost'] })

  it.each([
    ['ws:// over HTTP/1.1', 'http', undefined, 'http/1.1'],
    ['wss:// over HTTP/1.1', 'https', { tls, http2: false }, 'http/1.1'],
    ['wss:// over HTTP/2 (RFC 8441), where the page has come so', 'https', { tls }, 'h2'],
  ] as const)(
    'get back what they send, and close cleanly: %s',
    async (_name, scheme, options, protocol) => {
      const server = await start({ protocols: ['chat'], deflate: { threshold: 0 } }, undefined, {
        ...options,
        page: PAGE,
      })
      const page = await browser.newPage({ ignoreHTTPSErrors: true })
      await page.goto(`${scheme}://localhost:${server.port}/`)
      const result = await talk(page, SIZES)
      expect(result).toMatchObject({
        protocol: 'chat',
        equal: 2 * SIZES.length,
        code: 4001,
        wasClean: true,
      })
      expect(result.extensions).toContain('permessage-deflate')
      await server.closed(4001, 'enough')
      expect(server.protocols).toEqual([protocol])
      expect(server.errors).toEqual([])
      await page.close()
    },
    120_000,
  )

  it('are told why they are closed', async () => {
    const server = await start(
      { protocols: ['chat'] },
      (socket) => socket.close(CloseCode.TryAgainLater, 'später'),
      {
        page: PAGE,
      },
    )
    const page = await browser.newPage()
    await page.goto(`http://localhost:${server.port}/`)
    expect(await talk(page, [1])).toMatchObject({ code: 1013, reason: 'später', wasClean: true })
    await page.close()
  }, 120_000)
})

interface Result {
  readonly protocol: string
  readonly extensions: string
  readonly equal: number
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

function talk(page: Page, sizes: readonly number[]): Promise<Result> {
  // as text: it is no code of this process
  return page.evaluate<Result>(`new Promise((resolve, reject) => {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/', ['chat'])
    socket.binaryType = 'arraybuffer'
    const sent = ${JSON.stringify(sizes)}.flatMap((size) => ['€'.repeat(size), new Uint8Array(size).fill(7)])
    let equal = 0
    let received = 0
    socket.onerror = () => reject(new Error('the connection has failed'))
    socket.onopen = () => sent.forEach((one) => socket.send(one))
    socket.onmessage = ({ data }) => {
      const wanted = sent[received++]
      const isEqual =
        typeof data === 'string'
          ? data === wanted
          : wanted.length === data.byteLength && new Uint8Array(data).every((byte) => byte === 7)
      if (isEqual) equal++
      if (received === sent.length) socket.close(4001, 'enough')
    }
    socket.onclose = ({ code, reason, wasClean }) =>
      resolve({ protocol: socket.protocol, extensions: socket.extensions, equal, code, reason, wasClean })
  })`)
}
