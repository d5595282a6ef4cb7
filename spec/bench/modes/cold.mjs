import { get } from 'node:http'
import { program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'

const SERVERS = ['node-http', 'fastify', 'nest-fastify', 'nest-express', 'corbel']

/**
 * Measures the time from the start of a process to its first answer, for an application of one route.
 *
 * @param {{ rounds: number, only: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchCold({ rounds, only }) {
  const samples = new Map(
    SERVERS.filter((name) => only === undefined || only.includes(name)).map((name) => [name, []]),
  )
  const failures = []
  for (let round = -1; round < Math.max(7, rounds); round += 1) {
    for (const [name, times] of samples) {
      const begin = performance.now()
      const server = start(program('hello', name), { core: 0 })
      try {
        const port = Number(await server.line())
        await answered(port)
        // the first round only brings the files into the cache
        if (round >= 0) times.push(performance.now() - begin)
      } catch (error) {
        failures.push(`- ${name} left out: ${error.message}\n`)
        samples.delete(name)
      } finally {
        await server.stop()
      }
    }
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  const base = samples.has('node-http') ? median(samples.get('node-http')) : NaN
  const rows = [...samples].map(([name, times]) => [
    name,
    median(times).toFixed(0),
    Math.min(...times).toFixed(0),
    (median(times) - base).toFixed(0),
  ])
  return `### Process start to first answer\n\n${table(['application', 'ms, median', 'ms, best', 'more than node:http'], rows)}${failures.join('')}`
}

function answered(port) {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/json', agent: false }, (response) => {
      response.resume()
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
      )
    }).on('error', reject)
  })
}
