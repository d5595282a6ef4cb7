import { memoryOfConnections } from '../connections.mjs'
import { median, table } from '../report.mjs'

const CLIENTS = 10_000
const SUBJECTS = [
  ['node:net, sockets that are read', 'net-constant', '/json'],
  ['corbel, keep-alive connections', 'corbel', '/json'],
  ['corbel, @Sse with an observable', 'corbel-sse', '/observable'],
  ['corbel, @Sse with an async generator', 'corbel-sse', '/iterable'],
]

/**
 * Measures what a silent client of a stream of events costs, beyond what its socket costs in Node: memory after garbage
 * collection with and without 10,000 of them.
 *
 * @param {{ rounds: number, only: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchSse({ rounds, only }) {
  const rows = []
  let socket
  for (const [label, name, path] of SUBJECTS.filter(([, one]) => only === undefined || only.includes(one))) {
    const samples = []
    for (let round = 0; round < rounds; round += 1)
      samples.push(await memoryOfConnections(name, CLIENTS, eventRequest(path)))
    const kib = (key) => median(samples.map((sample) => sample[key])) / CLIENTS / 1_024
    const rss = kib('rss')
    socket ??= rss
    rows.push([label, rss.toFixed(2), kib('heapUsed').toFixed(2), (rss - socket).toFixed(2)])
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  const head = ['client', 'RSS KiB', 'of it JavaScript heap KiB', 'RSS beyond the socket KiB']
  return `### Memory of a silent client of server-sent events (${CLIENTS.toLocaleString('en')} held)\n\n${table(head, rows)}`
}

/** Asks for the stream as EventSource does. */
function eventRequest(path) {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`)
}
