import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Application } from 'corbel'
import { createTenants } from '../../samples/tenants/create-tenants.js'
import { eventually } from '../support/eventually.js'

interface Answer {
  status: number
  body: any
}

describe('samples/tenants', () => {
  let app: Application
  let folder: string
  let port: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'corbel-tenants-'))
    app = await createTenants(
      { folder, domain: 'projects.localhost' },
      { logger: false, shutdownSignals: false },
    )
    await app.listen(0, '127.0.0.1')
    port = Number(new URL(await app.getUrl()).port)
  })
  afterAll(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  // fetch does not let a client choose the host
  const send = (host: string, path: string, body?: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = { host, 'content-type': 'application/json' }
      const call = request(
        { port, host: '127.0.0.1', path, headers, method: body ? 'POST' : 'GET' },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }))
        },
      )
      call.on('error', reject)
      call.end(body === undefined ? undefined : JSON.stringify(body))
    })
  const at = (company: string): string => `${company}.projects.localhost:${port}`

  it('gives each company a database of its own', async () => {
    for (const slug of ['acme', 'globex'])
      expect((await send('localhost', '/companies', { slug, name: slug })).status).toBe(201)
    expect((await send('localhost', '/companies', { slug: 'acme', name: 'again' })).status).toBe(409)
    expect((await send('localhost', '/companies', { slug: '../etc', name: 'x' })).status).toBe(400)
    expect((await send(at('acme'), '/projects', { titles: ['Arch', 'Rail'] })).status).toBe(201)
    expect((await send(at('acme'), '/projects')).body).toEqual({
      company: 'acme',
      projects: [
        { id: 1, title: 'Arch' },
        { id: 2, title: 'Rail' },
      ],
    })
    expect((await send(at('globex'), '/projects')).body).toEqual({ company: 'globex', projects: [] })
    // a database that needs more than two seconds counts as down, and may be up the next time
    await eventually(async () =>
      expect((await send('localhost', '/health')).body).toMatchObject({
        status: 'up',
        dataSources: { companies: { status: 'up' }, 'default/acme': { status: 'up' } },
      }),
    )
  })

  it('makes no database for hosts that nobody has registered', async () => {
    expect((await send(at('nobody'), '/projects')).status).toBe(404)
    expect((await send('localhost', '/projects')).status).toBe(400)
    const files = await readdir(folder)
    expect(files.filter((name) => /nobody/.test(name))).toEqual([])
  })
})
