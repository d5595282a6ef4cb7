import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const START_TIMEOUT = 60_000
const TICKS_PER_SECOND = 100

/** Children that run now: stopped by their own handles, whatever happens. */
const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

/** Whether processes can be kept on cores of their own. */
export const pinning = availableParallelism() >= 2 && spawnSync('taskset', ['-V']).status === 0

/** Where the program of a server is. */
export function program(folder, name) {
  const written = here(`./${folder}/${name}.mjs`)
  if (existsSync(written)) return written
  return name.startsWith('corbel')
    ? here(`../../build/bench/${folder}/${name}.js`)
    : here(`./build/${folder}/${name}.js`)
}

/**
 * Starts a Node program.
 *
 * @param {string} file
 * @param {{ core: number, args?: string[], node?: string[], env?: Record<string, string> }} options the core it is kept on, its
 *   arguments, Node's, and what its environment has besides
 */
export function start(file, { core, args = [], node = [], env = {} }) {
  const command = [process.execPath, ...node, file, ...args]
  if (pinning) command.unshift('taskset', '-c', String(core))
  const child = spawn(command[0], command.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1', ...env },
  })
  running.add(child)
  let errors = ''
  child.stderr.on('data', (text) => {
    errors = (errors + text).slice(-4_000)
  })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exited = new Promise((resolve) => {
    child.on('error', (error) => {
      errors += error.message
      resolve()
    })
    child.on('exit', () => {
      running.delete(child)
      resolve()
    })
  })

  return {
    pid: child.pid,
    send: (text) => child.stdin.write(`${text}\n`),
    /** Ends its input. */
    end: () => child.stdin.end(),
    /** The next line that it prints. */
    async line(timeout = START_TIMEOUT) {
      let timer
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`said nothing within ${timeout / 1_000} s`)), timeout)
      })
      try {
        const { value, done } = await Promise.race([lines.next(), late])
        if (done) throw new Error(reason(errors))
        return value
      } finally {
        clearTimeout(timer)
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 1_000)
      await exited
      clearTimeout(timer)
    },
  }
}

/** Seconds of processor time that a process has used; undefined where /proc does not tell. */
export function processorTime(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return undefined
  }
}

function reason(errors) {
  const lines = errors.split('\n').filter((line) => line.trim() !== '')
  return (
    lines.find((line) => /error/i.test(line) && !line.includes('throw ')) ??
    lines[0] ??
    'ended without a word'
  )
}
