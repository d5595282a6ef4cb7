// wrk instead of the own generator, to check one by the other. It counts other statuses than 2xx and 3xx as errors.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pinning } from './processes.mjs'

/** Makes a generator with the interface of the own one. */
export function wrk() {
  const folder = mkdtempSync(join(tmpdir(), 'corbel-bench-'))
  const script = join(folder, 'request.lua')
  return {
    run: async ({ port, request, connections, depth, seconds }) => {
      const bytes = Buffer.concat(Array(depth).fill(Buffer.from(request, 'base64')))
      const text = [...bytes].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')
      writeFileSync(script, `local batch = "${text}"\nrequest = function() return batch end\n`)
      const args = ['-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, '--latency', '-s', script]
      const output = await capture([...args, `http://127.0.0.1:${port}`])
      const number = (pattern) => pattern.exec(output)
      const perSecond = number(/Requests\/sec:\s+([\d.]+)/)
      if (perSecond === null || /Non-2xx|Socket errors/.test(output))
        throw new Error(`wrk: ${output.slice(-300)}`)
      return {
        perSecond: Number(perSecond[1]),
        p50: ms(number(/50%\s+([\d.]+)(us|ms|s)/)),
        p99: ms(number(/99%\s+([\d.]+)(us|ms|s)/)),
        load: 0,
      }
    },
    stop: async () => rmSync(folder, { recursive: true }),
  }
}

function ms(match) {
  if (match === null) return NaN
  return Number(match[1]) * { us: 0.001, ms: 1, s: 1_000 }[match[2]]
}

function capture(args) {
  const command = pinning ? ['taskset', '-c', '1', 'wrk', ...args] : ['wrk', ...args]
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    child.on('error', reject)
    child.on('exit', () => resolve(output))
  })
}
