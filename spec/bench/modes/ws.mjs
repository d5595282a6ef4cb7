import { fileURLToPath } from 'node:url'
import { program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { LOAD_CORE, SERVER_CORE, WARM_UP_SECONDS } from './http.mjs'
import { benchIdleSockets } from './ws-idle.mjs'

const CONNECTIONS = 64
const AUDIENCE = 5_000
const TEXT = 1
const BINARY = 2

const ENGINES = [
  { name: 'ws', label: 'ws on node:http' },
  { name: 'corbel-engine', label: 'corbel, engine' },
]
const GATEWAYS = [
  { name: 'ws-events', label: 'ws on node:http, by hand' },
  { name: 'corbel-gateway', label: 'corbel, gateway' },
]
const BROADCASTERS = [
  { name: 'socket-io', label: 'socket.io on node:http', socketIo: true },
  { name: 'corbel-gateway', label: 'corbel, plain gateway' },
  {
    name: 'corbel-gateway',
    label: 'corbel, gateway on socket.io',
    args: ['socket.io'],
    socketIo: true,
  },
]
/** 2 KiB of JSON, as APIs send it. */
const RECORDS = JSON.stringify(
  Array.from({ length: 24 }, (_, id) => ({
    id,
    name: `Record ${id}`,
    price: id * 17,
    tags: ['new', 'sale'],
  })),
)

/** Of each case, the first server is the one that the others are compared with. */
const CASES = [
  {
    key: 'text',
    title: 'echo of a small text',
    servers: ENGINES,
    job: { opcode: TEXT, content: 'x'.repeat(20), depth: 1 },
  },
  {
    key: 'binary',
    title: 'echo of 1 KiB binary',
    servers: ENGINES,
    job: { opcode: BINARY, content: 'x'.repeat(1_024), depth: 1 },
  },
  {
    key: 'pipelined',
    title: 'echo of a small text, 16 on their way per connection',
    servers: ENGINES,
    job: { opcode: TEXT, content: 'x'.repeat(20), depth: 16 },
  },
  {
    key: 'deflate',
    title: `echo of ${RECORDS.length.toLocaleString('en')} bytes of JSON with permessage-deflate, no context takeover`,
    servers: ENGINES.map((one) => ({ ...one, args: ['echo', 'deflate'] })),
    job: { opcode: TEXT, content: RECORDS, depth: 1, compressed: true },
  },
  {
    key: 'gateway',
    title: 'echo of an event, answered by id',
    servers: GATEWAYS,
    job: {
      opcode: TEXT,
      content: '{"id":7,"event":"echo","data":"Hello, world"}',
      answer: '{"id":7,"data":"Hello, world"}',
      depth: 1,
    },
  },
  {
    key: 'broadcast',
    title: `broadcast to ${AUDIENCE.toLocaleString('en')} clients in a room`,
    servers: BROADCASTERS,
    job: { kind: 'broadcast', connections: AUDIENCE },
  },
]

/**
 * Measures WebSockets: messages that are sent back, events told to everybody, and what idle ones cost. All servers of a case
 * run at once, one is under load at a time, and every round visits all of them, beginning with another one.
 *
 * @param {{ rounds: number, seconds: number, scenario: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchWebSockets({ rounds, seconds, scenario }) {
  const wanted = (key) => scenario === undefined || scenario.includes(key)
  const parts = []
  for (const one of CASES.filter(({ key }) => wanted(key))) {
    process.stderr.write(`${one.title}: `)
    parts.push(await benchCase(one, rounds, seconds))
    process.stderr.write('\n')
  }
  if (wanted('idle')) parts.push(await benchIdleSockets(Math.min(rounds, 3)))
  return parts.join('\n')
}

async function benchCase({ title, servers: subjects, job }, rounds, seconds) {
  const generator = start(fileURLToPath(new URL('../ws/load.mjs', import.meta.url)), { core: LOAD_CORE })
  const running = []
  try {
    for (const { name, label, args = ['echo'], socketIo = false } of subjects) {
      const server = start(program('ws', name), { core: SERVER_CORE, args })
      running.push({ label, server, socketIo, port: Number(await server.line()), samples: [] })
    }
    for (let round = -1; round < rounds; round += 1) {
      for (let turn = 0; turn < running.length; turn += 1) {
        const { label, server, socketIo, port, samples } = running[(turn + round + 1) % running.length]
        const path = socketIo ? '/socket.io/?EIO=4&transport=websocket' : '/'
        const duration = round < 0 ? WARM_UP_SECONDS : seconds
        const own = { port, path, pid: server.pid, socketIo, seconds: duration }
        generator.send(JSON.stringify({ connections: CONNECTIONS, compressed: false, ...job, ...own }))
        const result = JSON.parse(await generator.line((duration + 180) * 1_000))
        if (result.error !== undefined) throw new Error(`${label}: ${result.error}`)
        if (round >= 0) samples.push(result)
      }
      process.stderr.write('.')
    }
  } finally {
    await Promise.all([generator.stop(), ...running.map(({ server }) => server.stop())])
  }
  return detail(title, running)
}

function detail(title, subjects) {
  const first = subjects[0].samples
  const rows = subjects.map(({ label, samples }) => {
    const of = (key) => median(samples.map((sample) => sample[key]))
    const ratio = (key) => median(samples.map((sample, round) => sample[key] / first[round][key])).toFixed(2)
    const rates = samples.map(({ perSecond }) => perSecond / 1_000)
    return [
      label,
      Math.round(of('perSecond')).toLocaleString('en'),
      `${Math.round(Math.min(...rates))}–${Math.round(Math.max(...rates))} k`,
      ratio('perSecond'),
      of('micros').toFixed(2),
      ratio('perProcessorSecond'),
      `${Math.round(of('busy') * 100)} %`,
      `${Math.round(of('load') * 100)} %`,
      ...(first[0].took === undefined ? [] : [of('took').toFixed(0)]),
    ]
  })
  const head = [
    'server',
    'messages/s',
    'range',
    '× the first',
    'CPU µs each',
    'per CPU s, × the first',
    'server CPU',
    'generator CPU',
    ...(first[0].took === undefined ? [] : ['ms until all have it']),
  ]
  return `### WebSockets: ${title}\n\n${table(head, rows)}`
}
