import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LOAD_CORE, SERVER_CORE } from './modes/http.mjs'
import { program, start } from './processes.mjs'

/** Until all connections are open, on a machine that does other things, too. */
const OPEN_TIMEOUT = 180_000

/** Clients of other processes come from addresses of their own. */
const ADDRESSES_OF_A_PROCESS = 10

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Measures what so many connections cost a server, after garbage collection: each has sent one request and stays open.
 *
 * @param {string} name of the server's program
 * @param {number} connections
 * @param {Buffer} request bytes that each sends
 * @param {{ folder?: string, args?: string[], env?: Record<string, string> }} server where its program is, its arguments and environment
 * @returns {Promise<{ rss: number, heapUsed: number, base: number }>} bytes of all of them, and RSS without them
 */
export async function memoryOfConnections(
  name,
  connections,
  request,
  { folder = 'servers', args = [], env = {} } = {},
) {
  const probe = ['--expose-gc', '--import', here('./memory-probe.mjs')]
  const server = start(program(folder, name), { core: SERVER_CORE, node: probe, args, env })
  try {
    const port = await server.line()
    const encoded = request.toString('base64')
    // what the first connections make is not theirs: code, shapes, buffers
    await hold(port, 1_000, encoded, () => undefined)
    const before = await memoryOf(server)
    const after = await hold(port, connections, encoded, () => memoryOf(server))
    return { rss: after.rss - before.rss, heapUsed: after.heapUsed - before.heapUsed, base: before.rss }
  } finally {
    await server.stop()
  }
}

/**
 * The same for an application with workers, and more connections than one process may have: from as many processes as there are
 * workers.
 *
 * @param {string} name of the server's program
 * @param {number} connections of all workers together
 * @param {Buffer} request bytes that each sends
 * @param {{ workers: number, folder: string, args: string[] }} server
 * @returns {Promise<{ rss: number, workers: number }>} bytes of all of them, and how many workers there were
 */
export async function memoryOfWorkers(name, connections, request, { workers, folder, args }) {
  const probe = ['--expose-gc', '--import', here('./memory-probe.mjs')]
  const server = start(program(folder, name), { core: SERVER_CORE, node: probe, args })
  try {
    const port = await server.line()
    const encoded = request.toString('base64')
    const pids = childrenOf(server.pid)
    const rssOfAll = async () => {
      let rss = 0
      for (const pid of pids) rss += (await memoryOf({ pid, line: server.line })).rss
      return rss
    }
    const before = await rssOfAll()
    const share = Math.ceil(connections / workers)
    const holdFrom = (at, meanwhile) =>
      hold(port, Math.min(share, connections - at * share), encoded, meanwhile, at * ADDRESSES_OF_A_PROCESS)
    const holdAll = (at) => holdFrom(at, () => (at + 1 === workers ? rssOfAll() : holdAll(at + 1)))
    return { rss: (await holdAll(0)) - before, workers: pids.length }
  } finally {
    await server.stop()
  }
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').map(Number)
}

async function memoryOf(server) {
  process.kill(server.pid, 'SIGUSR2')
  // what a worker says may have its number before it
  const line = await server.line()
  return JSON.parse(line.slice(line.indexOf('{')))
}

async function hold(port, connections, request, meanwhile, firstAddress = 0) {
  const args = [port, String(connections), request, String(firstAddress)]
  const client = start(here('./hold.mjs'), { core: LOAD_CORE, args })
  try {
    await client.line(OPEN_TIMEOUT)
    const result = await meanwhile()
    client.end()
    const closed = Number(await client.line())
    if (closed > 0) throw new Error(`the server closed ${closed} of the connections`)
    return result
  } finally {
    await client.stop()
  }
}
