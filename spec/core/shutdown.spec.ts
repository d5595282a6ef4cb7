import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createApp, createContext, Module, ShutdownSignal } from 'corbel'

const script = fileURLToPath(new URL('./fixtures/stop-on-signal.ts', import.meta.url))

/** Starts the script; sends it signals, each when a line has come out of it. */
async function run(mode: string, signals: Readonly<Record<string, NodeJS.Signals>>) {
  const child = spawn(process.execPath, ['--import', '@oxc-node/core/register', script, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    if (signals[line] !== undefined) child.kill(signals[line])
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines }
}

describe('shutdown hooks', () => {
  it('close the application on SIGTERM and end the process with exit code 0', async () => {
    expect(await run('plain', { ready: 'SIGTERM' })).toEqual({
      code: 0,
      lines: ['ready', 'destroy', 'shutdown SIGTERM'],
    })
  })

  it('close it on SIGINT', async () => {
    expect(await run('plain', { ready: 'SIGINT' })).toMatchObject({ code: 0 })
  })

  it('listen to the signals that are named', async () => {
    const { code, lines } = await run('explicit', { ready: 'SIGUSR2' })
    expect(lines).toContain('shutdown SIGUSR2')
    expect(code).toBe(0)
  })

  it.each(['SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const)(
    'listen to %s, too, where none is named',
    async (signal) => {
      expect(await run('default', { ready: signal })).toEqual({
        code: 0,
        lines: ['ready', 'destroy', `shutdown ${signal}`],
      })
    },
  )

  it('take a list without signals for all of them', async () => {
    @Module({})
    class AppModule {}
    const counts = () => Object.values(ShutdownSignal).map((signal) => process.listenerCount(signal))
    const before = counts()
    const app = await createContext(AppModule, { logger: false })
    app.enableShutdownHooks([])
    expect(counts()).toEqual(before.map((count) => count + 1))
    await app.close()
    expect(counts()).toEqual(before)
  })

  it('end the process with exit code 1 if a hook fails', async () => {
    expect(await run('fail', { ready: 'SIGTERM' })).toMatchObject({ code: 1 })
  })

  it('let a second signal end it at once', async () => {
    expect(await run('hang', { ready: 'SIGTERM', later: 'SIGTERM' })).toMatchObject({ code: 143 })
  })

  it('take a signal that comes twice for one: npm passes on what the terminal has sent to all', async () => {
    expect(await run('twice', { ready: 'SIGINT', destroy: 'SIGINT' })).toEqual({
      code: 0,
      lines: ['ready', 'destroy', 'shutdown SIGINT'],
    })
  })

  it('leave no listener behind on the process', async () => {
    @Module({})
    class AppModule {}
    const before = process.listenerCount('SIGTERM')
    for (let i = 0; i < 20; i++) {
      const app = await createApp(AppModule, { logger: false })
      await app.listen(0, '127.0.0.1')
      expect(process.listenerCount('SIGTERM')).toBe(before + 1)
      await app.close()
    }
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })

  it('share one listener between applications', async () => {
    @Module({})
    class AppModule {}
    const before = process.listenerCount('SIGTERM')
    const apps = await Promise.all([1, 2, 3].map(() => createContext(AppModule, { logger: false })))
    for (const app of apps) app.enableShutdownHooks()
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    await Promise.all(apps.map((app) => app.close()))
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})
