import { createRequire } from 'node:module'
import { processorTime, program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { ownGenerator, SERVER_CORE, WARM_UP_SECONDS } from './http.mjs'

const URL_OF_SERVER = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test'
const SERVERS = ['nest-fastify', 'corbel']
const ROWS = 10_000
const CONNECTIONS = 32
const REQUESTS = [
  { title: 'a page of 20 of 10,000', path: '/products?sort=name&limit=20', most: 20 },
  {
    title: 'a page of 20 of 100, filtered',
    path: '/products?sort=price&limit=20&filter[category]=category%2042',
    most: 20,
  },
  { title: 'a page of 100', path: '/products?sort=name&limit=100', most: 100 },
]

/**
 * Compares a list of records on PostgreSQL: `@Crud` with the same list written by hand on another framework and the same
 * version of TypeORM. Both send two statements a request, for the page and for the number of all.
 *
 * @param {{ rounds: number, seconds: number }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchData({ rounds, seconds }) {
  const { Client } = createRequire(import.meta.url)('pg')
  const client = new Client({ connectionString: URL_OF_SERVER })
  await client.connect()
  await prepare(client)
  const generator = ownGenerator()
  const servers = new Map()
  try {
    for (const name of SERVERS) {
      const server = start(program('data', name), { core: SERVER_CORE, args: [URL_OF_SERVER] })
      servers.set(name, server)
      server.port = Number(await server.line())
    }
    const parts = []
    for (const { title, path, most } of REQUESTS) {
      await compareAnswers(servers, path, most)
      parts.push([title, await measure(servers, path, generator, rounds, seconds)])
    }
    const rows = parts.flatMap(([title, samples]) =>
      SERVERS.map((name) => [
        name,
        title,
        Math.round(median(samples.get(name).map(({ perSecond }) => perSecond))).toLocaleString('en'),
        share(samples, name, 'perSecond'),
        share(samples, name, 'perProcessorSecond'),
      ]),
    )
    const head = [
      'server',
      'answer',
      'req/s',
      `of ${SERVERS[0]}`,
      `of ${SERVERS[0]}, per CPU s of the server`,
    ]
    return `### A list of records on PostgreSQL\n\n${table(head, rows)}`
  } finally {
    await Promise.all([generator.stop(), ...[...servers.values()].map((server) => server.stop())])
    await client.query('DROP SCHEMA corbel_bench CASCADE')
    await client.end()
  }
}

async function prepare(client) {
  await client.query('DROP SCHEMA IF EXISTS corbel_bench CASCADE')
  await client.query('CREATE SCHEMA corbel_bench')
  await client.query(`CREATE TABLE corbel_bench.product (
    id serial PRIMARY KEY, name varchar NOT NULL, description text NOT NULL, price int NOT NULL, stock int NOT NULL,
    category varchar NOT NULL, available boolean NOT NULL, "createdAt" timestamptz NOT NULL)`)
  await client.query(
    `INSERT INTO corbel_bench.product (name, description, price, stock, category, available, "createdAt")
     SELECT 'product ' || n, repeat('text ', 20), n * 7919 % 10000, n % 100, 'category ' || n % 100, n % 2 = 0, now()
     FROM generate_series(1, $1) AS n`,
    [ROWS],
  )
  await client.query('CREATE INDEX ON corbel_bench.product (name, id)')
  await client.query('CREATE INDEX ON corbel_bench.product (category, price, id)')
  await client.query('ANALYZE corbel_bench.product')
}

/** Both have to answer the same records. */
async function compareAnswers(servers, path, most) {
  const answers = []
  for (const name of SERVERS) {
    const answer = await fetch(`http://127.0.0.1:${servers.get(name).port}${path}`)
    const page = await answer.json()
    if (answer.status !== 200 || page.length !== most || answer.headers.get('x-total-count') === null)
      throw new Error(`${name} answers ${answer.status} with ${page.length} records to ${path}`)
    answers.push(JSON.stringify(page.map(({ id, name: title, price }) => [id, title, price])))
  }
  if (new Set(answers).size !== 1) throw new Error(`The answers to ${path} are not the same.`)
}

async function measure(servers, path, generator, rounds, seconds) {
  const samples = new Map(SERVERS.map((name) => [name, []]))
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`).toString('base64')
  for (let round = -1; round < rounds; round += 1) {
    for (const name of SERVERS) {
      const { port, pid } = servers.get(name)
      const duration = round < 0 ? WARM_UP_SECONDS : seconds
      const before = processorTime(pid)
      const job = { port, request, status: 200, connections: CONNECTIONS, depth: 1, seconds: duration }
      const { perSecond } = await generator.run(job)
      const used = processorTime(pid) - before
      if (round >= 0) samples.get(name).push({ perSecond, perProcessorSecond: (perSecond * duration) / used })
    }
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  return samples
}

function share(samples, name, key) {
  const base = samples.get(SERVERS[0])
  return median(samples.get(name).map((sample, round) => sample[key] / base[round][key])).toFixed(2)
}
