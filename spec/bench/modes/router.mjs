// Compares the route table with two published routers, in one process, in interleaved rounds. Paths are cut out of
// request lines anew for each match, as a server does it: a string constant would bring a cached hash with it.
import createFindMyWay from 'find-my-way'
import { Memoirist } from 'memoirist'
import { table } from '../report.mjs'

const RESOURCES_PER_100 = 20
/** In a round. Many short ones: what else the machine does then spoils some of them, not the best. */
const BATCHES = 10

/**
 * Runs the comparison.
 *
 * @param {{ rounds: number, createRouteTable: Function }} options
 * @returns {string} Markdown
 */
export function benchRouters({ rounds, createRouteTable }) {
  const parts = []
  for (const size of [100, 10_000]) {
    const routes = makeRoutes((size / 100) * RESOURCES_PER_100)
    const routers = {
      corbel: corbel(routes, createRouteTable),
      'find-my-way': findMyWay(routes),
      memoirist: memoirist(routes),
      'memoirist, decoding': memoirist(routes, { onParam: decode }),
    }
    const rows = []
    for (const [scenario, lines] of Object.entries(requestLines(routes))) {
      const samples = Object.fromEntries(Object.keys(routers).map((name) => [name, []]))
      const cutting = []
      for (let round = 0; round <= rounds * BATCHES; round += 1) {
        cutting.push(time(lines, (path) => path.length))
        for (const [name, router] of Object.entries(routers)) {
          const elapsed = time(lines, router.find)
          if (round > 0) samples[name].push(elapsed)
        }
      }
      const results = Object.values(samples).map((times) => Math.min(...times))
      rows.push([scenario, ...results.map((ns) => ns.toFixed(0)), Math.min(...cutting).toFixed(0)])
    }
    parts.push(
      `### ${routes.length} routes, ns per match, best round\n\n` +
        table(['paths', ...Object.keys(routers), '(cutting the string)'], rows) +
        `\nBuilt in ${Object.entries(routers)
          .map(([name, { builtIn }]) => `${builtIn.toFixed(1)} ms (${name})`)
          .join(', ')}.\n`,
    )
  }
  return parts.join('\n')
}

function makeRoutes(resources) {
  return Array.from({ length: resources }, (_, index) => {
    const base = `/api/v1/resource${index}`
    return [
      ['GET', base],
      ['POST', base],
      ['GET', `${base}/:id`],
      ['PUT', `${base}/:id`],
      ['GET', `${base}/:id/items/:itemId`],
    ]
  }).flat()
}

function requestLines(routes) {
  const bases = routes
    .filter(([method], index) => method === 'GET' && index % 5 === 0)
    .map(([, path]) => path)
  const pick = (write) =>
    Array.from({ length: 1_000 }, (_, index) => write(bases[(index * 7919) % bases.length], 1_000 + index))
  const scenarios = {
    static: pick((base) => base),
    'one parameter': pick((base, id) => `${base}/${id}`),
    'two parameters': pick((base, id) => `${base}/${id}/items/${id * 3}`),
    'not found': pick((base, id) => `${base}x/${id}`),
    'escaped parameter': pick((base, id) => `${base}/a%20b${id}`),
  }
  scenarios.mixed = Object.values(scenarios)
    .slice(0, 3)
    .flatMap((lines) => lines.filter((_, index) => index % 3 === 0))
  return Object.fromEntries(
    Object.entries(scenarios).map(([name, paths]) => [name, paths.map((path) => `GET ${path} HTTP/1.1`)]),
  )
}

// memoirist itself gives values as they were received: its users decode them in this hook
const decode = (value) => (value.includes('%') ? decodeURIComponent(value) : value)

let sink = 0

/** Nanoseconds a match. What a router finds is counted, so that no call can be optimised away. */
function time(lines, find) {
  const repeats = 20
  const start = process.hrtime.bigint()
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const line of lines) {
      if (find(line.slice(4, line.length - 9)) !== undefined) sink += 1
    }
  }
  return Number(process.hrtime.bigint() - start) / (repeats * lines.length)
}

function built(make) {
  const start = performance.now()
  const find = make()
  return { find, builtIn: performance.now() - start }
}

function corbel(routes, createRouteTable) {
  return built(() => {
    const compiled = createRouteTable(
      routes.map(([method, pattern]) => ({ method, pattern, origin: 'bench', value: pattern })),
    )
    return (path) => compiled.match('GET', path).route
  })
}

function findMyWay(routes) {
  return built(() => {
    const router = createFindMyWay()
    for (const [method, pattern] of routes) router.on(method, pattern, () => pattern)
    return (path) => router.find('GET', path) ?? undefined
  })
}

function memoirist(routes, options) {
  return built(() => {
    const router = new Memoirist(options)
    for (const [method, pattern] of routes) router.add(method, pattern, pattern)
    return (path) => router.find('GET', path) ?? undefined
  })
}
