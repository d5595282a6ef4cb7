import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./server.ts', import.meta.url))
const running = new Set<ChildProcess>()

afterEach(() => {
  for (const { pid } of running) {
    try {
      // with its workers
      process.kill(-pid!, 'SIGKILL')
    } catch {
      // gone already
    }
  }
  running.clear()
})

/** A primary with its workers, in processes of their own. */
export class Group {
  readonly lines: string[] = []
  readonly exit: Promise<number | string>
  port = 0
  private wake: (() => void) | undefined
  private hasExited = false

  private constructor(readonly child: ChildProcess) {
    running.add(child)
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface(stream).on('line', (line) => {
        this.lines.push(line)
        this.wake?.()
      })
    }
    this.exit = once(child, 'close').then(([code, signal]) => {
      running.delete(child)
      this.hasExited = true
      this.wake?.()
      return code ?? signal
    })
  }

  /** Starts the script; see there for its modes. */
  static spawn(...args: string[]): Group {
    const options = { detached: true, env: { ...process.env, GIVEN: 'from outside' } }
    return new Group(
      spawn(process.execPath, ['--import', '@oxc-node/core/register', script, ...args], options),
    )
  }

  /** Starts it and waits until it listens. */
  static async start(...args: string[]): Promise<Group> {
    const group = Group.spawn(...args)
    group.port = Number((await group.line(/^listening (\d+)/))[1])
    return group
  }

  /** Waits for a line, from the beginning or from the given number of lines on. */
  async line(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of this.lines.slice(from)) {
        const found = pattern.exec(line)
        if (found !== null) return found
      }
      if (this.hasExited) throw new Error(`no ${pattern} in\n${this.lines.join('\n')}`)
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }

  /** How many lines match. */
  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length
  }

  signal(signal: NodeJS.Signals): this {
    this.child.kill(signal)
    return this
  }

  /** Sends a signal to the primary and all of its workers at once, as terminals and systemd do it. */
  signalAll(signal: NodeJS.Signals): this {
    process.kill(-this.child.pid!, signal)
    return this
  }

  async get(path: string, init: RequestInit = {}): Promise<unknown> {
    const headers = { connection: 'close' }
    return (await fetch(`http://127.0.0.1:${this.port}/${path}`, { headers, ...init })).json()
  }

  /** The pids of the workers, told by themselves. */
  async pids(count: number): Promise<number[]> {
    const pids = new Set<number>()
    while (pids.size < count) pids.add((await this.get('pid')) as number)
    return [...pids].sort()
  }
}

/** Waits until processes are gone. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isAlive)).toEqual([])
}

/** True while a process is there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
