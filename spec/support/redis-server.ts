import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/**
 * Below those that systems give to whoever asks for any port, so that nobody gets the port of a server that is away for a
 * moment; and so is the port of its cluster, which is 10 000 above.
 */
const PORTS = { from: 12_000, to: 20_000 }

/** A Redis server of its own for a spec, which may be ended and started again on the same port. */
export class RedisServer {
  private child: ChildProcess | undefined

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly args: readonly string[],
  ) {}

  /** True where there is no `redis-server`: specs are skipped then, and fail where services are required. */
  static isMissing(): boolean {
    const { error } = spawnSync('redis-server', ['--version'])
    if (error !== undefined && process.env['CORBEL_REQUIRE_SERVICES'] === '1') throw error
    return error !== undefined
  }

  /** Starts one, that answers. */
  static async start(...args: string[]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'corbel-redis-'))
    for (let attempt = 0; attempt < 20; attempt++) {
      const server = new RedisServer(randomInt(PORTS.from, PORTS.to), folder, args)
      if (await server.run()) return server
    }
    throw new Error(`redis-server ends at once: ${args.join(' ')}`)
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Starts it again, on its port. */
  async start(): Promise<void> {
    // whatever has the port for a moment gives it back
    while (!(await this.run())) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  /** Ends it at once; connections are cut. */
  async stop(): Promise<void> {
    await this.kill()
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** @returns false where the process has ended at once: somebody else has the port */
  private async run(): Promise<boolean> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const child = spawn('redis-server', [...options, '--dir', this.folder, ...this.args], { stdio: 'ignore' })
    this.child = child
    const redis = new Redis(this.url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
    redis.on('error', () => undefined)
    const ended = once(child, 'exit').then(() => undefined)
    // it may be another one that answers
    const answer = await Promise.race([redis.info('server').catch(() => undefined), ended])
    redis.disconnect()
    if (answer?.includes(`process_id:${child.pid}\r\n`) === true) return true
    await this.kill()
    return false
  }

  private async kill(): Promise<void> {
    const { child } = this
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}
