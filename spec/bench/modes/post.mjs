// One server, the same bodies on an open route and on routes that validate them.
import { processorTime, program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { CONNECTIONS, ownGenerator, SERVER_CORE, WARM_UP_SECONDS } from './http.mjs'

const CRLF = '\r\n'

/**
 * Measures what validation costs a POST: each round visits all routes, and a share is the median of those of the rounds.
 *
 * @param {{ rounds: number, seconds: number, samples: Record<string, { right: object, wrong: object }> }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchPost({ rounds, seconds, samples }) {
  const generator = ownGenerator()
  const server = start(program('servers', 'corbel-post'), { core: SERVER_CORE })
  const jobs = Object.entries(samples).flatMap(([kind, { right }]) => [
    { name: `${kind} body, open`, path: '/open', body: right, beside: `${kind} body, open` },
    { name: `${kind} body, validated`, path: `/${kind}`, body: right, beside: `${kind} body, open` },
  ])
  const taken = new Map(jobs.map(({ name }) => [name, []]))
  try {
    const port = Number(await server.line())
    for (const [kind, { wrong }] of Object.entries(samples)) {
      const { status } = await fetch(`http://127.0.0.1:${port}/${kind}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(wrong),
      })
      if (status !== 400) throw new Error(`The ${kind} route answers ${status} to a wrong body.`)
    }
    for (let round = -1; round < rounds; round += 1) {
      for (const { name, path, body } of jobs) {
        const duration = round < 0 ? WARM_UP_SECONDS : seconds
        const before = processorTime(server.pid)
        const request = requestOf(path, body).toString('base64')
        const job = { port, request, status: 201, connections: CONNECTIONS, depth: 1 }
        const { perSecond } = await generator.run({ ...job, seconds: duration })
        const used = processorTime(server.pid) - before
        if (round >= 0) taken.get(name).push({ perSecond, perProcessorSecond: (perSecond * duration) / used })
      }
      process.stderr.write('.')
    }
  } finally {
    await Promise.all([generator.stop(), server.stop()])
  }
  process.stderr.write('\n')
  const share = (name, beside, key) =>
    median(taken.get(name).map((sample, round) => sample[key] / taken.get(beside)[round][key])).toFixed(2)
  const rows = jobs.map(({ name, beside }) => [
    name,
    Math.round(median(taken.get(name).map(({ perSecond }) => perSecond))).toLocaleString('en'),
    share(name, beside, 'perSecond'),
    share(name, beside, 'perProcessorSecond'),
  ])
  const head = ['route', 'req/s', 'of the open route', 'of the open route, per CPU s']
  return `### What validation costs a POST\n\n${table(head, rows)}`
}

function requestOf(path, body) {
  const text = JSON.stringify(body)
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ]
  return Buffer.from(lines.join(CRLF) + CRLF + CRLF + text)
}
