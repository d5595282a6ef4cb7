import { memoryOfConnections } from '../connections.mjs'
import { median, table } from '../report.mjs'
import { requestBytes, scenarios } from '../scenarios.mjs'

const NAMES = ['node-http', 'fastify', 'nest-fastify', 'corbel']
const CONNECTIONS = 10_000

/**
 * Measures what an idle keep-alive connection costs: memory after garbage collection with and without 10,000 of them, of
 * which each has had one answer.
 *
 * @param {{ rounds: number, only: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchMemory({ rounds, only }) {
  const rows = []
  for (const name of NAMES.filter((one) => only === undefined || only.includes(one))) {
    const samples = []
    for (let round = 0; round < rounds; round += 1)
      samples.push(await memoryOfConnections(name, CONNECTIONS, requestBytes(scenarios.json)))
    const of = (key) => median(samples.map((sample) => sample[key]))
    const perConnection = (key) => (of(key) / CONNECTIONS / 1_024).toFixed(2)
    rows.push([name, perConnection('rss'), perConnection('heapUsed'), (of('base') / 2 ** 20).toFixed(1)])
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  const head = ['server', 'RSS KiB', 'of it JavaScript heap KiB', 'RSS without connections MiB']
  return `### Memory of an idle keep-alive connection (${CONNECTIONS.toLocaleString('en')} held)\n\n${table(head, rows)}`
}
