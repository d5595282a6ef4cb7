import { fileURLToPath } from 'node:url'
import { start } from '../processes.mjs'
import { median, table } from '../report.mjs'

const CASES = [
  ['fastify', 500],
  ['nest-fastify', 500],
  ['nest-express', 500],
  ['corbel', 500],
  ['corbel', 1_000],
]
const ROUTES_PER_CONTROLLER = 10

/**
 * Measures the boot of a generated application: create and init, in a fresh process each, imports not counted.
 *
 * @param {{ rounds: number, only: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchBoot({ rounds, only }) {
  const cases = CASES.filter(([name]) => only === undefined || only.includes(name)).map(([name, count]) => ({
    name,
    count,
    samples: [],
    failure: undefined,
  }))
  for (let round = 0; round < rounds; round += 1) {
    for (const one of cases) {
      if (one.failure !== undefined) continue
      const file = fileURLToPath(new URL(`../boot/${one.name}.mjs`, import.meta.url))
      const child = start(file, { core: 0, args: [String(one.count)], node: ['--expose-gc'] })
      try {
        one.samples.push(JSON.parse(await child.line(120_000)))
      } catch (error) {
        one.failure = error.message
      } finally {
        await child.stop()
      }
      process.stderr.write('.')
    }
  }
  process.stderr.write('\n')
  const done = cases.filter(({ failure }) => failure === undefined)
  const rows = done.map(({ name, count, samples }) => {
    const of = (key) => median(samples.map((sample) => sample[key]))
    const routes = count * ROUTES_PER_CONTROLLER
    return [
      `${name}, ${count} controllers, ${routes.toLocaleString('en')} routes`,
      of('ms').toFixed(0),
      of('cpu').toFixed(0),
      ((of('ms') * 1_000) / routes).toFixed(0),
      of('heap').toFixed(1),
      of('rss').toFixed(1),
    ]
  })
  const failures = cases.filter(({ failure }) => failure !== undefined)
  return (
    `### Boot\n\n${table(['application', 'ms', 'CPU ms', 'µs a route', 'heap MiB', 'RSS MiB'], rows)}` +
    failures.map(({ name, count, failure }) => `- ${name} with ${count} left out: ${failure}\n`).join('')
  )
}
