import { fileURLToPath } from 'node:url'
import { start } from '../processes.mjs'
import { median, table } from '../report.mjs'

const MODULES = 1_000
const NAMES = ['corbel', 'nest-fastify']

/**
 * Measures the boot of a generated module graph: create and init, in a fresh process each, imports not counted.
 *
 * @param {{ rounds: number, only: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchGraph({ rounds, only }) {
  const names = NAMES.filter((name) => only === undefined || only.includes(name))
  const samples = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const file = fileURLToPath(new URL(`../graph/${name}.mjs`, import.meta.url))
      const child = start(file, { core: 0, args: [String(MODULES)], node: ['--expose-gc'] })
      try {
        samples.get(name).push(JSON.parse(await child.line(120_000)))
      } finally {
        await child.stop()
      }
      process.stderr.write('.')
    }
  }
  process.stderr.write('\n')
  const of = (name, key) => median(samples.get(name).map((sample) => sample[key]))
  const slowest = names.at(-1)
  const rows = names.map((name) => [
    name,
    of(name, 'ms').toFixed(0),
    (of(name, 'ms') / of(slowest, 'ms')).toFixed(2),
    of(name, 'cpu').toFixed(0),
    of(name, 'heap').toFixed(1),
    of(name, 'rss').toFixed(1),
  ])
  return `### Module graph, ${MODULES.toLocaleString('en')} modules and ${(MODULES * 5).toLocaleString('en')} providers\n\n${table(
    ['application', 'ms', `of ${slowest}`, 'CPU ms', 'heap MiB', 'RSS MiB'],
    rows,
  )}`
}
