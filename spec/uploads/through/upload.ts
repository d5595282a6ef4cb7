import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:http2'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Protocol } from '../../support/protocols.js'
import { BOUNDARY } from '../multipart.js'

const MEBIBYTE = 1024 * 1024
const script = fileURLToPath(new URL('./server.ts', import.meta.url))

/** How uploads of one kind went. */
export interface Through {
  readonly route: string
  /** Bytes that the handler was told of. */
  readonly size: number
  /** MiB by which the memory of the process (its resident set) grew while the upload came in. */
  readonly growth: number
  /** MiB a second. */
  readonly rate: number
  /** Files that are left on disk. */
  readonly left: number
}

/**
 * Starts a server and sends it uploads.
 *
 * @param mebibytes of each upload
 * @param routes of the server: `storage`, `disk`, `parts`
 * @param protocol by which they are sent
 */
export async function uploadThrough(
  mebibytes: number,
  routes: readonly string[],
  protocol: Protocol,
): Promise<readonly Through[]> {
  const child = spawn(process.execPath, ['--import', '@oxc-node/core/register', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => resolve(line.replace('listening ', '')))
      child.once('exit', (code) => reject(new Error(`the server has ended with ${code}`)))
    })
    const memory = async () =>
      (await (await fetch(`${url}/memory`)).json()) as { most: number; now: number; files: number }
    const results: Through[] = []
    for (const route of routes) {
      // what is loaded and compiled with the first upload is not what is asked about
      await send(`${url}/${route}`, Math.min(mebibytes, 64), protocol)
      await memory()
      const { now } = await memory()
      const start = performance.now()
      const size = await send(`${url}/${route}`, mebibytes, protocol)
      const seconds = (performance.now() - start) / 1000
      const { most } = await memory()
      // files are removed behind the answer
      let { files: left } = await memory()
      for (let tries = 0; left > 0 && tries < 200; tries += 1) left = (await memory()).files
      results.push({ route, size, growth: (most - now) / MEBIBYTE, rate: mebibytes / seconds, left })
    }
    return results
  } finally {
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  }
}

async function send(url: string, mebibytes: number, protocol: Protocol): Promise<number> {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n`
  const tail = `\r\n--${BOUNDARY}--\r\n`
  const { outgoing, answer } = (protocol === 'HTTP/2' ? openHttp2 : openHttp1)(url, {
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'content-length': head.length + mebibytes * MEBIBYTE + tail.length,
  })
  // bytes with line breaks and dashes, in which a boundary might begin
  const chunk = Buffer.alloc(MEBIBYTE, '0123456789\r\n--corbel\r\n')
  outgoing.write(head)
  for (let sent = 0; sent < mebibytes; sent += 1) if (!outgoing.write(chunk)) await once(outgoing, 'drain')
  outgoing.end(tail)
  const { size } = (await json(await answer)) as { size: number }
  return size
}

/** A request whose body is being sent. */
interface Sending {
  readonly outgoing: Writable
  readonly answer: Promise<Readable>
}

type Headers = Readonly<Record<string, string | number>>

function openHttp1(url: string, headers: Headers): Sending {
  const outgoing = request(url, { method: 'POST', headers })
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  return { outgoing, answer: answered.then(([response]) => response) }
}

function openHttp2(url: string, headers: Headers): Sending {
  const { origin, pathname } = new URL(url)
  const session = connect(origin)
  const outgoing = session.request({ ':method': 'POST', ':path': pathname, ...headers })
  outgoing.once('close', () => session.close())
  return { outgoing, answer: once(outgoing, 'response').then(() => outgoing) }
}
