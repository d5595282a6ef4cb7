import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ClusterStats } from '../../../lib/websocket/index.js'
import { Bundle } from './bundle.js'

let bundle: Promise<Bundle> | undefined
const running = new Set<ClusterProcess>()

afterEach(async () => {
  for (const one of running) await one.kill()
})
afterAll(async () => {
  await (await bundle)?.remove()
})

/** A process of a cluster, which does what it is told. */
export class ClusterProcess {
  readonly lines: string[] = []
  port = 0
  private last = 0
  private readonly waiting = new Map<number, (value: unknown) => void>()
  private readonly listening: Promise<void>

  private constructor(private readonly child: ChildProcess) {
    running.add(this)
    child.on('message', ({ id, value }: { id: number; value: unknown }) => {
      this.waiting.get(id)?.(value)
      this.waiting.delete(id)
    })
    this.listening = new Promise((resolve, reject) => {
      for (const stream of [child.stdout!, child.stderr!]) {
        createInterface(stream).on('line', (line) => {
          this.lines.push(line)
          this.port ||= Number(/^listening (\d+)/.exec(line)?.[1] ?? 0)
          if (this.port > 0) resolve()
        })
      }
      child.once('exit', () => reject(new Error(this.lines.join('\n'))))
    })
  }

  /** Starts one, which listens. */
  static async start(...args: readonly string[]): Promise<ClusterProcess> {
    const { script } = await (bundle ??= Bundle.make())
    const one = new ClusterProcess(
      spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }),
    )
    await one.listening
    return one
  }

  say(room: string, values: readonly number[]): Promise<unknown> {
    return this.tell('say', room, values)
  }

  /** How many there are in a room, in all processes; something else where it cannot know. */
  count(room: string): Promise<unknown> {
    return this.tell('count', room)
  }

  stats(): Promise<ClusterStats> {
    return this.tell('stats', '') as Promise<ClusterStats>
  }

  tell(name: string, room: string, values: readonly (number | string)[] = []): Promise<unknown> {
    const id = ++this.last
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.child.send({ id, name, room, values })
    })
  }

  /** Ends it by SIGKILL. */
  kill(): Promise<void> {
    return this.end('SIGKILL')
  }

  /** Ends it as an orchestrator does. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    running.delete(this)
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.kill(signal)
    await ended
  }
}
