import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { stablePort } from './stable-port.js'

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
    const server = new RedisServer(await stablePort(), await mkdtemp(join(tmpdir(), 'corbel-redis-')), args)
    await server.start()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    this.child = spawn('redis-server', [...options, '--dir', this.folder, ...this.args], { stdio: 'ignore' })
    const redis = new Redis(this.url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
    redis.on('error', () => undefined)
    await redis.ping()
    redis.disconnect()
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

  private async kill(): Promise<void> {
    const { child } = this
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}
