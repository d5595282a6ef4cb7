import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { connect } from 'node:http2'
import { request as requestHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApplicationRequest } from './requests.js'

/** What came back. Fields of one name are joined by a line feed. */
export interface ApplicationAnswer {
  readonly status: number
  readonly fields: Readonly<Record<string, string>>
  /** latin1 */
  readonly body: string
}

/** A program that speaks a protocol. */
export interface Client {
  readonly name: string
  readonly tls: boolean
  /** The program that has to be there. */
  readonly needs?: string
  ask(url: string, request: ApplicationRequest): Promise<ApplicationAnswer>
}

/** Fields that belong to a connection, or to the moment. */
const OMITTED = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
  // only where TLS is spoken (RFC 6797 §7.2)
  'strict-transport-security',
])

function collect(pairs: Iterable<readonly [name: string, value: string]>): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    if (key.startsWith(':') || OMITTED.has(key)) continue
    fields[key] = fields[key] === undefined ? value : `${fields[key]}\n${value}`
  }
  return fields
}

/** Node's HTTP/1.1 client: what the others are compared with. */
function http1(tls: boolean): Client {
  return {
    name: `HTTP/1.1${tls ? ' over TLS' : ''}`,
    tls,
    ask: (url, { method = 'GET', path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const options = { method, headers: { ...headers }, agent: false, rejectUnauthorized: false } as const
        const answered = (response: IncomingMessage) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('error', reject)
          response.on('end', () => {
            const raw = response.rawHeaders
            const pairs = raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]!] as const] : []))
            resolve({
              status: response.statusCode!,
              fields: collect(pairs),
              body: Buffer.concat(parts).toString('latin1'),
            })
          })
        }
        const outgoing = (tls ? requestHttps : requestHttp)(url + path, options, answered)
        outgoing.on('error', reject)
        outgoing.end(body)
      }),
  }
}

/** Node's HTTP/2 client. */
function http2(tls: boolean): Client {
  return {
    name: `Node's HTTP/2${tls ? ' over TLS' : ''}`,
    tls,
    ask: (url, { method = 'GET', path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const session = connect(url, { rejectUnauthorized: false })
        session.on('error', reject)
        const stream = session.request(
          { ':method': method, ':path': path, ...headers },
          { endStream: body === undefined },
        )
        const parts: Buffer[] = []
        let status = 0
        let fields: Record<string, string> = {}
        stream.on('response', (head) => {
          status = head[':status']!
          const pairs = Object.entries(head).flatMap(([name, value]) =>
            [value].flat().map((one) => [name, String(one)] as const),
          )
          fields = collect(pairs)
        })
        stream.on('data', (part: Buffer) => parts.push(part))
        stream.on('error', reject)
        stream.on('end', () => {
          session.close()
          resolve({ status, fields, body: Buffer.concat(parts).toString('latin1') })
        })
        if (body !== undefined) stream.end(body)
      }),
  }
}

/** curl, as it is asked to speak. */
function curl(name: string, tls: boolean, version: string, wanted: string): Client {
  return {
    name,
    tls,
    needs: 'curl',
    async ask(url, { method = 'GET', path, headers = {}, body }) {
      const fields = Object.entries(headers).flatMap(([key, value]) => ['-H', `${key}: ${value}`])
      const how = method === 'HEAD' ? ['-I'] : ['-X', method, '-D', '-']
      const args = ['-sk', version, ...how, ...fields, '-H', 'Expect:']
      return withFile(body, async (file) => {
        const sent = file === undefined ? [] : ['--data-binary', `@${file}`]
        const output = await run('curl', [...args, ...sent, url + path])
        // an upgrade of a request with a body may be ignored (RFC 9110 §7.8)
        return readCurl(output, body !== undefined && version === '--http2' && !tls ? 'HTTP/' : wanted)
      })
    },
  }
}

function readCurl(output: string, wanted: string): ApplicationAnswer {
  let rest = output
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) throw new Error(`not an answer: ${JSON.stringify(output.slice(0, 200))}`)
    const [line = '', ...lines] = rest.slice(0, end).split('\r\n')
    rest = rest.slice(end + 4)
    const status = Number(line.split(' ')[1])
    if (status < 200) continue
    if (!line.startsWith(wanted)) throw new Error(`it speaks ${line} instead of ${wanted}`)
    const pairs = lines.map((text) => {
      const colon = text.indexOf(':', 1)
      return [text.slice(0, colon), text.slice(colon + 1).trim()] as const
    })
    return { status, fields: collect(pairs), body: rest }
  }
}

/** nghttp, whose log tells of frames and fields. */
function nghttp(tls: boolean): Client {
  return {
    name: `nghttp${tls ? ' over TLS' : ''}`,
    tls,
    needs: 'nghttp',
    async ask(url, { method = 'GET', path, headers = {}, body }) {
      const all = { ':method': method, ...headers }
      const fields = Object.entries(all).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
      return withFile(body, async (file) => {
        const args = [...fields, ...(file === undefined ? [] : ['-d', file]), url + path]
        const log = await run('nghttp', ['-nv', ...args])
        const pairs = [...log.matchAll(/recv \(stream_id=\d+(?:, sensitive)?\) (:?[^:\n]+): (.*)/g)].map(
          ([, name, value]) => [name!, value!] as const,
        )
        const status = pairs.findLast(([name]) => name === ':status')?.[1]
        if (status === undefined) throw new Error(`no status in ${log.slice(-500)}`)
        return { status: Number(status), fields: collect(pairs), body: await run('nghttp', args) }
      })
    },
  }
}

async function withFile<T>(
  body: string | Buffer | undefined,
  use: (file: string | undefined) => Promise<T>,
): Promise<T> {
  if (body === undefined) return use(undefined)
  const folder = mkdtempSync(join(tmpdir(), 'corbel-'))
  try {
    const file = join(folder, 'body')
    writeFileSync(file, body)
    return await use(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'latin1', maxBuffer: 1 << 24, timeout: 50_000 } as const
    execFile(program, args, options, (error, output, errors) => {
      if (error) reject(new Error(`${program} ${args.join(' ')}: ${error.message} ${errors}`))
      else resolve(output)
    })
  })
}

/** Whether a program can be run here. */
export function available(program: string | undefined): boolean {
  return program === undefined || spawnSync(program, ['--version']).error === undefined
}

/** Programs that speak HTTP/1.1 or HTTP/2; the first one is what the others are compared with. */
export const clients: readonly Client[] = [
  http1(false),
  http1(true),
  http2(false),
  http2(true),
  curl('curl --http2-prior-knowledge', false, '--http2-prior-knowledge', 'HTTP/2 '),
  curl('curl --http2, by Upgrade', false, '--http2', 'HTTP/2 '),
  curl('curl --http2 over TLS', true, '--http2', 'HTTP/2 '),
  curl('curl --http1.1', false, '--http1.1', 'HTTP/1.1 '),
  nghttp(false),
  nghttp(true),
]
