import { spawnSync } from 'node:child_process'
import { memoryOfConnections, memoryOfWorkers } from '../connections.mjs'
import { median, table } from '../report.mjs'

const MEASURED = 10_000
const HELD = 20_000
/** Files that a process has open beside its sockets, generously. */
const OTHER_FILES = 100

const SUBJECTS = [
  ['ws on node:http', 'ws', ['silent']],
  ['corbel, engine', 'corbel-engine', ['silent']],
  ['corbel, engine, public read path', 'corbel-engine', ['silent'], { CORBEL_HTTP_ACCELERATE: '0' }],
  ['corbel, plain gateway, each in a room', 'corbel-gateway', []],
]

const HANDSHAKE = Buffer.from(
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
)

/**
 * Measures what an idle WebSocket costs, and holds 20,000 of them: where one process may not have so many files
 * open, as many as it may, and the 20,000 in two workers.
 *
 * @param {number} rounds
 * @returns {Promise<string>} Markdown
 */
export async function benchIdleSockets(rounds) {
  const samples = SUBJECTS.map(() => [])
  process.stderr.write('idle: ')
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, subject] of SUBJECTS.entries()) samples[at].push(await hold(subject, MEASURED))
    process.stderr.write('.')
  }
  const kib = (all, key) => median(all.map((sample) => sample[key])) / MEASURED / 1_024
  const rows = SUBJECTS.map(([label], at) => [
    label,
    kib(samples[at], 'rss').toFixed(2),
    kib(samples[at], 'heapUsed').toFixed(2),
    (kib(samples[at], 'rss') / kib(samples[0], 'rss')).toFixed(2),
  ])
  const held = Math.min(HELD, mostFiles() - OTHER_FILES)
  const many = []
  for (const subject of SUBJECTS) {
    const { rss } = await hold(subject, held)
    many.push([subject[0], held.toLocaleString('en'), (rss / 2 ** 20).toFixed(0)])
    process.stderr.write('.')
  }
  if (held < HELD) {
    const server = { workers: 2, folder: 'ws', args: ['workers'] }
    const { rss, workers } = await memoryOfWorkers('corbel-gateway', HELD, HANDSHAKE, server)
    const label = `corbel, plain gateway, each in a room, ${workers} workers`
    many.push([label, HELD.toLocaleString('en'), (rss / 2 ** 20).toFixed(0)])
  }
  process.stderr.write('\n')
  return [
    `### WebSockets: memory of an idle one (${MEASURED.toLocaleString('en')} held)\n\n${table(
      ['server', 'RSS KiB', 'of it JavaScript heap KiB', 'RSS, × the first'],
      rows,
    )}`,
    `### WebSockets: as many as one process may hold, up to that many by workers; wanted ${HELD.toLocaleString('en')}\n\n${table(
      ['server', 'held', 'RSS of all MiB'],
      many,
    )}`,
  ].join('\n')
}

function hold([, name, args, env], connections) {
  return memoryOfConnections(name, connections, HANDSHAKE, { folder: 'ws', args, env })
}

/** Files that a process may have open: Node raises its own limit as far as that. */
function mostFiles() {
  const { status, stdout } = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })
  const limit = Number(stdout)
  return status === 0 && Number.isFinite(limit) ? limit : Infinity
}
