import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, Module, runWorkers } from 'corbel'
import { drainRound } from '../drain/round.js'
import { Group, untilGone } from './group.js'

// processes of several workers each: slow where other specs run beside them
jest.setConfig({ testTimeout: 240_000 })

describe('workers', () => {
  it('share a port, while the primary only watches them, and stop with it', async () => {
    const group = await Group.start('listen', '3')
    const pids = await group.pids(3)
    expect(pids).not.toContain(group.child.pid)
    expect(group.count(/initialises/)).toBe(3)
    expect(group.count(/^\[[123]\] worker initialises$/)).toBe(3)
    expect(await group.signal('SIGTERM').exit).toBe(0)
    expect(group.count(/^\[[123]\] worker stops by SIGTERM$/)).toBe(3)
    expect(group.count(/primary/)).toBe(0)
    expect(group.count(/is killed/)).toBe(0)
    await untilGone(pids)
  })

  it('run the same script with the same arguments, options of node and environment', async () => {
    const group = await Group.start('run', '1')
    expect(await group.get('environment')).toEqual({
      execArgv: ['--import', '@oxc-node/core/register'],
      argv: ['run', '1'],
      given: 'from outside',
    })
    expect(await group.signal('SIGINT').exit).toBe(0)
    expect(group.count(/^\[1\] worker stops by SIGINT$/)).toBe(1)
  })

  it('are started again when they crash, and nobody is refused meanwhile', async () => {
    const group = await Group.start('run', '1')
    const [pid] = await group.pids(1)
    await expect(group.get('exit/3', { method: 'POST' })).rejects.toThrow()
    // waits at the port until there is a worker
    const successor = await group.get('pid')
    expect(successor).not.toBe(pid)
    await group.line(/WARN .* Worker 1 \(pid \d+\) ended with exit code 3; it is started again in 10 ms/)
    await group.line(new RegExp(`Worker 1 \\(pid ${String(successor)}\\) is ready`))
    expect(await group.signal('SIGTERM').exit).toBe(0)
  })

  it('that end before they are ready, again and again, end the primary with an error', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const group = Group.spawn('taken', '2', String(port))
    await group.line(/CORBEL_WORKERS_CRASH_LOOP/)
    await group.line(/^\[[12]\] .*CORBEL_LISTEN_ADDRESS_IN_USE/)
    expect(await group.exit).toBe(1)
    other.close()
  })

  it('are replaced on SIGHUP, one after the other', async () => {
    const group = await Group.start('run', '2')
    const before = await group.pids(2)
    await group.signal('SIGHUP').line(/Reloaded: pids/)
    const after = await group.pids(2)
    expect(after.filter((pid) => before.includes(pid))).toEqual([])
    await untilGone(before)
    expect(await group.signal('SIGTERM').exit).toBe(0)
    expect(group.count(/is killed/)).toBe(0)
  })

  it('go on where their successors do not come up', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'corbel-workers-'))
    const broken = join(folder, 'broken')
    const group = await Group.start('run', '2', broken)
    const before = await group.pids(2)
    writeFileSync(broken, '')
    await group.signal('SIGHUP').line(/CORBEL_WORKERS_RELOAD_FAILED.* worker 1: .* with exit code 7/)
    expect(await group.pids(2)).toEqual(before)
    await rm(folder, { recursive: true })
    expect(await group.signal('SIGTERM').exit).toBe(0)
  })

  it('that are told to stop by themselves are replaced', async () => {
    const group = await Group.start('run', '1')
    const [pid] = await group.pids(1)
    process.kill(pid!, 'SIGTERM')
    await group.line(/Worker 1 \(pid \d+\) stops by itself and is replaced/)
    await untilGone([pid!])
    expect(await group.get('pid')).not.toBe(pid)
    expect(await group.signal('SIGTERM').exit).toBe(0)
  })

  it('may be told to stop together with the primary, as terminals and systemd do it', async () => {
    const group = await Group.start('run', '2')
    expect(await group.signalAll('SIGTERM').exit).toBe(0)
    expect(group.count(/^\[[12]\] worker stops by SIGTERM$/)).toBe(2)
    expect(group.count(/initialises/)).toBe(2)
  })

  it('cut off what takes longer than the deadline', async () => {
    const group = await Group.start('short', '2')
    const hanging = group.get('hang')
    hanging.catch(() => undefined)
    await group.line(/hanging/)
    expect(await group.signal('SIGTERM').exit).toBe(0)
    await expect(hanging).rejects.toThrow()
    await group.line(/^\[[12]\] .*Cut off after 50 ms: 1 requests in flight/)
  })

  it('are killed where they do not end', async () => {
    const group = await Group.start('stuck', '1')
    const pids = await group.pids(1)
    expect(await group.signal('SIGTERM').exit).toBe(0)
    await group.line(/Worker 1 \(pid \d+\) did not stop within 2050 ms and is killed/)
    await untilGone(pids)
  })

  it('end in order where the primary is killed', async () => {
    const group = await Group.start('listen', '2')
    const pids = await group.pids(2)
    group.signal('SIGKILL')
    expect(await group.exit).toBe('SIGKILL')
    await untilGone(pids)
  })
})

describe('workers under load', () => {
  it('lose no request when all are told to stop', async () => {
    const { lost, code } = await drainRound({ args: ['2'], signalAfter: 300, idle: 10_000 })
    expect(lost).toEqual([])
    expect(code).toBe(0)
  }, 240_000)

  it('lose none when they are replaced while they work', async () => {
    const { lost, code, log } = await drainRound({
      args: ['2', 'reload'],
      signalAfter: 300,
      reload: true,
      idle: 10_000,
    })
    expect(lost).toEqual([])
    expect(log.filter((line) => line.includes('Reloaded'))).toHaveLength(1)
    expect(code).toBe(0)
  }, 240_000)
})

describe('the number of workers', () => {
  @Module({})
  class AppModule {}

  it.each([0, -1, 1.5, Number.NaN, 'all' as unknown as number])('cannot be %s', async (workers) => {
    const error = { code: 'CORBEL_WORKERS_INVALID' }
    const app = await createApp(AppModule, { logger: false })
    await expect(app.listen(0, { workers })).rejects.toMatchObject(error)
    await expect(runWorkers({ workers }, () => undefined)).rejects.toMatchObject(error)
    await app.close()
  })

  it('has no meaning without a script to run', async () => {
    const script = process.argv.splice(1, 1)
    try {
      await expect(runWorkers({ workers: 1 }, () => undefined)).rejects.toMatchObject({
        code: 'CORBEL_WORKERS_SCRIPT_MISSING',
      })
    } finally {
      process.argv.splice(1, 0, ...script)
    }
  })
})
