import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runClient, type Behaviour, type Tally } from './client.js'
import { runH2Client, type H2Behaviour } from './h2-client.js'

const script = fileURLToPath(new URL('./server.ts', import.meta.url))

/** How one round went. */
export interface Round extends Tally {
  /** ms from the signal to the end of the process. */
  readonly took: number
  /** The exit code; null if the process had to be killed. */
  readonly code: number | null
  /** What the server has written besides its port. */
  readonly log: readonly string[]
}

/** What is varied between rounds. */
export interface RoundOptions {
  /** Clients of each kind. Default 3. */
  readonly clients?: number
  /** The signal is sent when so many requests were answered. Default 200. */
  readonly signalAfter?: number
  /** What the clients speak. Default http1. */
  readonly protocol?: 'http1' | 'http2'
  /**
   * ms that a client may be idle once the server stops. Default what applications have; specs give more, so that nobody
   * is taken for idle whose process did not get the processor.
   */
  readonly idle?: number
  /** Replaces the workers first, with SIGHUP. */
  readonly reload?: boolean
  /** Arguments of the server. */
  readonly args?: readonly string[]
}

/** A process that has not ended so many ms after the signal hangs. */
const HANG_MS = 90_000

const get = (path: string) => () => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
const post = () =>
  'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}'
const upTo = (most: number) => () => Math.floor(Math.random() * most)

/** As different as clients are: eager, thoughtful, pipelining, always new; short, slow and streamed answers. */
const CLIENTS: readonly Behaviour[] = [
  { request: get('/fast') },
  { request: get('/fast'), think: upTo(20) },
  { request: get('/fast'), pipeline: 8 },
  { request: get('/fast'), connection: 'new' },
  { request: () => get(`/slow/${upTo(30)()}`)() },
  { request: get('/parts') },
  { request: get('/parts'), think: upTo(10) },
  { request: post },
  { request: post, think: upTo(200) },
]

const LARGE = JSON.stringify({ text: 'x'.repeat(60_000) })
const HELLO = /^{"hello":"world"}$/

/** The same over HTTP/2: many streams at a time instead of pipelines, and bodies of more than one frame. */
const H2_CLIENTS: readonly H2Behaviour[] = [
  { path: () => '/fast', expected: HELLO, streams: 20 },
  { path: () => '/fast', expected: HELLO, think: upTo(20) },
  { path: () => '/fast', expected: HELLO, connection: 'new' },
  { path: () => `/slow/${upTo(30)()}`, expected: /^{"waited":"\d+"}$/, streams: 10 },
  { path: () => '/parts', expected: /^01234$/, streams: 5 },
  { path: () => '/echo', body: LARGE, expected: /^{"text":"x{60000}"}$/, streams: 3 },
  { path: () => '/echo', body: '{"a":1}', expected: /^{"a":1}$/, think: upTo(200) },
]

/** Starts a server, puts it under load, sends a signal, and waits for it to end. */
export async function drainRound(options: RoundOptions = {}): Promise<Round> {
  const { clients = 3, signalAfter = 200, protocol = 'http1', reload = false, idle, args = [] } = options
  const child = spawn(process.execPath, ['--import', '@oxc-node/core/register', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(idle !== undefined && { IDLE: String(idle) }) },
  })
  const exit = once(child, 'exit') as Promise<[number | null]>
  let told = 0
  let hang: NodeJS.Timeout | undefined
  const stop = (): void => {
    told = performance.now()
    child.kill('SIGTERM')
    hang = setTimeout(() => child.kill('SIGKILL'), HANG_MS)
  }
  const log: string[] = []
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const [, found] = /^listening (\d+)$/.exec(line) ?? []
      if (found !== undefined) return resolve(Number(found))
      log.push(line)
      if (line.includes('Reloaded')) stop()
    })
    void exit.then(([code]) => reject(new Error(`the server ended with ${code}`)))
  })
  let begun = false
  const tally: Tally = { answered: 0, announced: 0, repeatable: 0, connected: 0, lost: [] }
  const onAnswer = (): void => {
    if (begun || tally.answered < signalAfter) return
    begun = true
    if (reload) child.kill('SIGHUP')
    else stop()
  }
  const each = <T>(behaviours: readonly T[], run: (behaviour: T) => Promise<void>) =>
    behaviours.flatMap((behaviour) => Array.from({ length: clients }, () => run(behaviour)))
  const load =
    protocol === 'http1'
      ? each(CLIENTS, (behaviour) => runClient(port, behaviour, tally, onAnswer))
      : each(H2_CLIENTS, (behaviour) => runH2Client(port, behaviour, tally, onAnswer))
  const [code] = await exit
  clearTimeout(hang)
  const took = performance.now() - told
  await Promise.all(load)
  return { ...tally, took, code, log }
}
