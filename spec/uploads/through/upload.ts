import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:http2'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
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

/** A server in a process of its own. */
export interface Receiver {
  readonly url: string
  /** Bytes that it cannot free: its heap and its buffers, after everything else is freed. */
  held(): Promise<number>
  /** Files that are on its disk. */
  files(): Promise<number>
  /** Its resident set, in bytes: now, and the largest since the last question. */
  memory(): Promise<{ readonly most: number; readonly now: number }>
  stop(): Promise<void>
}

/** Starts a server that takes uploads at `/storage`, `/disk` and `/parts`. */
export async function startReceiver(): Promise<Receiver> {
  const child = spawn(process.execPath, ['--import', '@oxc-node/core/register', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => resolve(line.replace('listening ', '')))
    void exit.then(([code]) => reject(new Error(`the server has ended with ${code}`)))
  })
  const ask = async (path: string) => (await fetch(`${url}/${path}`)).json()
  const memory = () => ask('memory') as Promise<{ most: number; now: number; files: number }>
  return {
    url,
    memory,
    held: () => ask('held') as Promise<number>,
    files: async () => (await memory()).files,
    async stop() {
      child.kill('SIGTERM')
      await exit
    },
  }
}

/**
 * Sends uploads to a server, and looks at its memory meanwhile.
 *
 * @param mebibytes of each upload
 * @param routes of the server
 * @param protocol by which they are sent
 */
export async function uploadThrough(
  mebibytes: number,
  routes: readonly string[],
  protocol: Protocol,
): Promise<readonly Through[]> {
  const server = await startReceiver()
  try {
    const results: Through[] = []
    for (const route of routes) {
      // what is loaded and compiled with the first upload is not what is asked about
      await sendUpload(`${server.url}/${route}`, Math.min(mebibytes, 64), protocol)
      await server.memory()
      const { now } = await server.memory()
      const start = performance.now()
      const size = await sendUpload(`${server.url}/${route}`, mebibytes, protocol)
      const seconds = (performance.now() - start) / 1000
      const { most } = await server.memory()
      // files are removed behind the answer
      let left = await server.files()
      for (let tries = 0; left > 0 && tries < 200; tries += 1) {
        await setTimeout(50)
        left = await server.files()
      }
      results.push({ route, size, growth: (most - now) / MEBIBYTE, rate: mebibytes / seconds, left })
    }
    return results
  } finally {
    await server.stop()
  }
}

/**
 * Sends an upload of one file.
 *
 * @param url where to
 * @param mebibytes of the file
 * @param protocol by which it is sent
 * @param beforeEnd called when all of the file has left but its end
 * @returns the size that the server has seen
 */
export async function sendUpload(
  url: string,
  mebibytes: number,
  protocol: Protocol,
  beforeEnd?: () => Promise<void>,
): Promise<number> {
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
  await beforeEnd?.()
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
