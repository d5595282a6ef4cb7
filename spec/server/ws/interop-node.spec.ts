import { spawn } from 'node:child_process'
import { WebSocket } from 'undici'
import { echoServer, type EchoServer } from './echo-server.js'

let server: EchoServer
beforeAll(async () => {
  server = await echoServer({ protocols: ['chat'], deflate: { threshold: 0 } })
})
afterAll(() => server.close())

const SIZES = [0, 1, 125, 126, 127, 1_024, 65_535, 65_536, 100_000]

/** What a standard WebSocket does; as text it runs elsewhere, too, and sees nothing of this file. */
function talk(
  create: (url: string, protocols: string[]) => WebSocket,
  url: string,
  sizes: readonly number[],
): Promise<{ protocol: string; extensions: string; equal: number; code: number; wasClean: boolean }> {
  const socket = create(url, ['chat'])
  socket.binaryType = 'arraybuffer'
  const sent: (string | Uint8Array)[] = sizes.flatMap((size) => [
    '€'.repeat(size),
    new Uint8Array(size).fill(7),
  ])
  let equal = 0
  let received = 0
  return new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('the connection has failed')))
    socket.addEventListener('open', () => sent.forEach((one) => socket.send(one)))
    socket.addEventListener('message', ({ data }: { data: string | ArrayBuffer }) => {
      const wanted = sent[received++]!
      const isEqual =
        typeof data === 'string'
          ? data === wanted
          : wanted.length === data.byteLength && new Uint8Array(data).every((byte) => byte === 7)
      if (isEqual) equal++
      if (received === sent.length) socket.close(4001, 'enough')
    })
    socket.addEventListener('close', ({ code, wasClean }) =>
      resolve({ protocol: socket.protocol, extensions: socket.extensions, equal, code, wasClean }),
    )
  })
}

const WANTED = { protocol: 'chat', equal: 2 * SIZES.length, code: 4001, wasClean: true }

describe("undici's WebSocket", () => {
  it('gets back what it sends, agrees on a subprotocol and compression, and closes cleanly', async () => {
    const create = (url: string, protocols: string[]): WebSocket => new WebSocket(url, protocols)
    const result = await talk(create, `ws://127.0.0.1:${server.port}/`, SIZES)
    expect(result).toMatchObject(WANTED)
    expect(result.extensions).toContain('permessage-deflate')
    await server.closed(4001, 'enough')
    expect(server.errors).toEqual([])
  })
})

describe("Node's own WebSocket", () => {
  it('gets back what it sends, agrees on a subprotocol, and closes cleanly', async () => {
    // global from Node 22 on
    const flags = 'WebSocket' in globalThis ? [] : ['--experimental-websocket']
    const script = `(${talk.toString()})((url, protocols) => new WebSocket(url, protocols), ${JSON.stringify(
      `ws://127.0.0.1:${server.port}/`,
    )}, ${JSON.stringify(SIZES)}).then((result) => console.log(JSON.stringify(result)))`
    const child = spawn(process.execPath, ['--no-warnings', ...flags, '-e', script])
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code, output).toBe(0)
    expect(JSON.parse(output)).toMatchObject(WANTED)
  }, 60_000)
})
