import { spawn, spawnSync } from 'node:child_process'
import { program, start } from '../processes.mjs'
import { table } from '../report.mjs'
import { residentSize } from './soak.mjs'
import { LOAD_CORE, SERVER_CORE } from './http.mjs'

const CONNECTIONS = '1000'
const SECONDS = 40
const PROBE_INTERVAL = 10

/** slowhttptest's attacks: what each sends or reads slowly. */
const ATTACKS = {
  'slow header': ['-H', '-i', '5', '-x', '24', '-t', 'GET'],
  'slow body': ['-B', '-i', '5', '-s', '8192', '-x', '10', '-t', 'POST'],
  'slow read': ['-X', '-w', '10', '-y', '64', '-n', '5', '-z', '8', '-k', '10'],
}

/**
 * Attacks one process with slowhttptest (a package of Debian) on 1,000 connections, and measures meanwhile how long everyone else
 * waits for an answer, on new connections and on one that is kept.
 *
 * @returns {Promise<string>} Markdown
 */
export async function benchSlow() {
  if (spawnSync('slowhttptest', ['-h']).error !== undefined)
    return '### Slow attacks\n\nLeft out: slowhttptest is not installed.\n'
  const rows = []
  for (const [name, attack] of Object.entries(ATTACKS)) {
    const server = start(program('servers', 'corbel'), { core: SERVER_CORE })
    try {
      const port = Number(await server.line())
      const before = residentSize(server.pid)
      rows.push([name, ...(await underAttack(port, name, attack, server.pid, before))])
      process.stderr.write('.')
    } finally {
      await server.stop()
    }
  }
  process.stderr.write('\n')
  const head = [
    'attack',
    'answers to others',
    'not answered',
    'p50 ms',
    'p99 ms',
    'most ms',
    'MiB before',
    'MiB at most',
  ]
  return `### ${CONNECTIONS} connections of slowhttptest, ${SECONDS} s each\n\n${table(head, rows)}`
}

async function underAttack(port, name, attack, pid, before) {
  const path = name === 'slow body' ? '/users' : '/json'
  const args = ['-c', CONNECTIONS, '-r', '500', '-l', String(SECONDS), '-p', '5', ...attack]
  const command = ['-c', String(LOAD_CORE), 'slowhttptest', ...args, '-u', `http://127.0.0.1:${port}${path}`]
  const begun = performance.now()
  const attacker = spawn('taskset', command, { stdio: 'ignore' })
  const ended = new Promise((resolve) => attacker.on('exit', resolve))
  let attacking = true
  void ended.then(() => (attacking = false))
  const waits = []
  let failed = 0
  let most = before
  while (attacking) {
    const begin = performance.now()
    try {
      const headers = waits.length % 2 === 0 ? { connection: 'close' } : {}
      const response = await fetch(`http://127.0.0.1:${port}/json`, {
        headers,
        signal: AbortSignal.timeout(5_000),
      })
      await response.arrayBuffer()
      if (!response.ok) failed += 1
    } catch {
      failed += 1
    }
    waits.push(performance.now() - begin)
    most = Math.max(most, residentSize(pid))
    await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL))
  }
  if (performance.now() - begun < SECONDS * 500) throw new Error(`slowhttptest ended early: ${name}`)
  waits.sort((a, b) => a - b)
  const at = (part) => waits[Math.floor(part * (waits.length - 1))].toFixed(1)
  return [
    waits.length.toLocaleString('en'),
    failed,
    at(0.5),
    at(0.99),
    at(1),
    before.toFixed(0),
    most.toFixed(0),
  ]
}
