import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pinning, processorTime, program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { LOAD_CORE, SERVER_CORE } from './http.mjs'

const NAMES = ['node-http2', 'fastify', 'corbel']
const DOWNLOAD = 100_000_000
const WARM_UP_REQUESTS = 2_000

/** What is measured: streams at a time on so many connections, or downloads one after the other. */
const CASES = [
  { key: 'm10', title: '10 connections, 10 streams each', args: ['-c10', '-m10'], tls: false },
  { key: 'm1', title: '64 connections, 1 stream each', args: ['-c64', '-m1'], tls: false },
  { key: 'tls-m10', title: 'TLS, 10 connections, 10 streams each', args: ['-c10', '-m10'], tls: true },
  { key: 'tls-m1', title: 'TLS, 64 connections, 1 stream each', args: ['-c64', '-m1'], tls: true },
  // windows of 1 MiB: the server has to wait for the client now and then
  {
    key: 'download',
    title: 'download of 100 MB, MB/s',
    args: ['-c1', '-m1', '-w20', '-W20'],
    tls: false,
    downloads: 10,
  },
  {
    key: 'tls-download',
    title: 'TLS, download of 100 MB, MB/s',
    args: ['-c1', '-m1', '-w20', '-W20'],
    tls: true,
    downloads: 10,
  },
]

/**
 * Measures HTTP/2 with h2load. All servers run at once, one is under load at a time, and every round visits all of them,
 * beginning with another one.
 *
 * @param {{ rounds: number, seconds: number, only: string[] | undefined, scenario: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchH2({ rounds, seconds, only, scenario }) {
  if (spawnSync('h2load', ['--version']).error !== undefined) {
    return '### HTTP/2\n\nLeft out: h2load is not installed (Debian: apt-get install nghttp2-client).\n'
  }
  const names = NAMES.filter((name) => only === undefined || only.includes(name))
  const folder = mkdtempSync(join(tmpdir(), 'corbel-bench-'))
  const notes = []
  const parts = []
  try {
    const identity = createIdentity(folder)
    for (const tls of [false, true]) {
      const cases = CASES.filter((one) => one.tls === tls && (scenario?.includes(one.key) ?? true))
      if (cases.length === 0) continue
      const servers = await startAll(names, tls ? identity : [], notes)
      try {
        for (const one of cases) {
          process.stderr.write(`${one.title}: `)
          parts.push(detail(one, await measure(servers, one, rounds, seconds)))
          process.stderr.write('\n')
        }
      } finally {
        await Promise.all([...servers.values()].map((server) => server.stop()))
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return [...parts, notes.map((note) => `- ${note}\n`).join('')].filter((part) => part !== '').join('\n')
}

/** A key and a certificate for 127.0.0.1; P-256, as servers have them today. */
function createIdentity(folder) {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const { status, stderr } = spawnSync(
    'openssl',
    ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=127.0.0.1'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`openssl: ${stderr}`)
  return [key, cert]
}

async function startAll(names, args, notes) {
  const servers = new Map()
  for (const name of names) {
    const server = start(program('h2', name), { core: SERVER_CORE, args })
    try {
      const port = Number(await server.line())
      const url = `${args.length > 0 ? 'https' : 'http'}://127.0.0.1:${port}`
      await verify(url)
      servers.set(name, { ...server, url })
    } catch (error) {
      notes.push(`${name}${args.length > 0 ? ' over TLS' : ''} left out: ${error.message.split('\n')[0]}`)
      process.stderr.write(`${notes.at(-1)}\n`)
      await server.stop()
    }
  }
  return servers
}

/** A server takes part only if it answers like the others, over HTTP/2. */
async function verify(url) {
  const session = connect(url, { rejectUnauthorized: false })
  const failed = new Promise((_, reject) => session.on('error', reject))
  const ask = (path) =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ':path': path })
      const parts = []
      let head
      stream.on('response', (fields) => (head = fields))
      stream.on('data', (part) => parts.push(part))
      stream.on('error', reject)
      stream.on('end', () => resolve({ head, body: Buffer.concat(parts) }))
    })
  try {
    const json = await Promise.race([ask('/json'), failed])
    if (json.head[':status'] !== 200 || json.body.toString() !== '{"hello":"world"}') {
      throw new Error(`answers ${json.head[':status']} ${json.body}`)
    }
    const { body } = await Promise.race([ask('/download'), failed])
    if (body.length !== DOWNLOAD) throw new Error(`a download has ${body.length} bytes`)
  } finally {
    session.destroy()
  }
}

async function measure(servers, { args, downloads }, rounds, seconds) {
  const names = [...servers.keys()]
  const samples = new Map(names.map((name) => [name, []]))
  // by counts: with a duration, h2load 1.52 does not always come to its end
  const counts = new Map(names.map((name) => [name, downloads === undefined ? WARM_UP_REQUESTS : 1]))
  for (let round = -1; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round + 1) % names.length]
      const { url, pid } = servers.get(name)
      const path = downloads === undefined ? '/json' : '/download'
      const before = processorTime(pid)
      const result = readReport(await h2load([...args, `-n${counts.get(name)}`, url + path]), downloads)
      const enough = Math.max(WARM_UP_REQUESTS, Math.ceil(result.rate * seconds))
      counts.set(name, downloads ?? enough)
      if (round < 0) continue
      const used = processorTime(pid) - before
      samples
        .get(name)
        .push({ rate: result.rate, perProcessorSecond: result.done / used, unit: (used / result.done) * 1e6 })
    }
    process.stderr.write('.')
  }
  return samples
}

/** Requests per second, or MB per second, and how many of them there were. */
function readReport(output, downloads) {
  const number = (pattern) => Number(pattern.exec(output)?.[1])
  const took = /finished in ([\d.]+)(us|ms|s)/.exec(output)
  const succeeded = number(/(\d+) succeeded/)
  const [failed, errored, timeouts] = [/(\d+) failed/, /(\d+) errored/, /(\d+) timeout/].map(number)
  const others = number(/(\d+) 4xx/) + number(/(\d+) 5xx/)
  if (took === null || !(succeeded > 0) || failed + errored + timeouts + others > 0) {
    throw new Error(`h2load: ${output.slice(-600)}`)
  }
  const elapsed = Number(took[1]) * { us: 1e-6, ms: 1e-3, s: 1 }[took[2]]
  const done = downloads === undefined ? succeeded : (succeeded * DOWNLOAD) / 1e6
  return { rate: done / elapsed, done }
}

function h2load(args) {
  const command = ['h2load', ...args]
  if (pinning) command.unshift('taskset', '-c', String(LOAD_CORE))
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`h2load: ${output.slice(-600)}`)),
    )
  })
}

function detail({ title }, samples) {
  const ratio = (name, other, key) => {
    if (!samples.has(name) || !samples.has(other)) return '–'
    const others = samples.get(other)
    const value = median(samples.get(name).map((sample, round) => sample[key] / others[round][key]))
    return Number.isFinite(value) ? value.toFixed(2) : '–'
  }
  const rows = [...samples.keys()].map((name) => {
    const rates = samples.get(name).map(({ rate }) => rate)
    return [
      name,
      Math.round(median(rates)).toLocaleString('en'),
      `${Math.round(Math.min(...rates)).toLocaleString('en')}–${Math.round(Math.max(...rates)).toLocaleString('en')}`,
      ratio(name, 'node-http2', 'rate'),
      ratio('corbel', name, 'rate'),
      median(samples.get(name).map(({ unit }) => unit)).toFixed(1),
      ratio(name, 'node-http2', 'perProcessorSecond'),
      ratio('corbel', name, 'perProcessorSecond'),
    ]
  })
  const head = [
    'server',
    'per second',
    'range',
    '× node:http2',
    'corbel ÷',
    'CPU µs each',
    'per CPU s, × node:http2',
    'per CPU s, corbel ÷',
  ]
  return `### HTTP/2: ${title}\n\n${table(head, rows)}`
}
