import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { databaseFile } from '../database/temporary.js'
import { eventually } from '../support/eventually.js'
import { RawClient } from '../support/raw-http.js'
import { ConduitClient } from './conduit/client.js'

const main = fileURLToPath(new URL('../../build/samples/conduit/main.js', import.meta.url))
const isBuilt = existsSync(main)

// the built form, as `npm start` runs it; `npm run build` makes it, and CI does so before the specs
const title = `the built Conduit${isBuilt ? '' : ' (not built: run npm run build)'}`
describe.skipIf(!isBuilt)(title, { timeout: 300_000 }, () => {
  const running: ChildProcess[] = []

  afterEach(() => {
    for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  })

  async function start(
    database: string,
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ child: ChildProcess; base: string }> {
    const child = spawn(process.execPath, [main], {
      env: { ...process.env, NODE_ENV: '', PORT: '0', CONDUIT_DATABASE: database, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.push(child)
    let output = ''
    const base = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString()
        const [, url] = /Conduit answers on (http:\/\/\S+)\/api/.exec(output) ?? []
        if (url !== undefined) resolve(url)
      }
      child.stdout?.on('data', read)
      child.stderr?.on('data', read)
      // with everything that it has said, which may be read after its end
      child.once('close', (code) => reject(new Error(`it ended with ${code}: ${output}`)))
    })
    return { child, base }
  }

  async function ended(child: ChildProcess): Promise<unknown> {
    if (child.exitCode !== null) return child.exitCode
    const [code] = (await once(child, 'exit')) as unknown[]
    return code
  }

  it('prints its address, answers, and ends on Ctrl-C with exit code 0', async () => {
    const { child, base } = await start(await databaseFile())
    const client = new ConduitClient(base)
    expect((await client.call('GET /articles')).body.articlesCount).toBe(3)
    await (await client.register('ada')).write('Built')
    child.kill('SIGINT')
    expect(await ended(child)).toBe(0)
  })

  it('answers the request in flight before it ends', async () => {
    const { child, base } = await start(await databaseFile())
    const body = JSON.stringify({
      user: { username: 'late', email: 'late@conduit.example', password: 'just in time' },
    })
    const client = await RawClient.open(Number(new URL(base).port))
    client.send(
      `POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nExpect: 100-continue\r\n\r\n`,
    )
    // the server has begun to read, so the request is in flight
    expect((await client.response({ bodyless: true })).status).toBe(100)
    child.kill('SIGINT')
    // it takes nobody in any more, so it has heard of the signal
    await eventually(() => expect(fetch(`${base}/api/tags`)).rejects.toThrow())
    expect(child.exitCode).toBeNull()
    const response = await client.send(body).response()
    expect(response.status).toBe(201)
    expect(JSON.parse(response.body)).toMatchObject({ user: { username: 'late' } })
    expect(await ended(child)).toBe(0)
    client.destroy()
  })

  it('keeps its data when it is started twice on one file', async () => {
    const database = await databaseFile()
    const first = await start(database)
    const ada = await new ConduitClient(first.base).register('ada')
    await ada.write('Kept')
    first.child.kill('SIGTERM')
    expect(await ended(first.child)).toBe(0)
    const second = await start(database)
    const again = new ConduitClient(second.base, ada.token)
    const { articles, articlesCount } = (await again.call('GET /articles')).body
    expect([articlesCount, articles[0].title]).toEqual([4, 'Kept'])
    expect((await again.call('GET /user')).body.user.username).toBe('ada')
    second.child.kill('SIGINT')
    expect(await ended(second.child)).toBe(0)
  })

  it('has no demo accounts in production, and says what is wrong with its environment', async () => {
    const { child, base } = await start(await databaseFile(), { NODE_ENV: 'production' })
    expect((await new ConduitClient(base).call('GET /articles')).body.articlesCount).toBe(0)
    child.kill('SIGINT')
    expect(await ended(child)).toBe(0)
    await expect(start(await databaseFile(), { PORT: 'http' })).rejects.toThrow(/PORT is "http"/)
  })
})
