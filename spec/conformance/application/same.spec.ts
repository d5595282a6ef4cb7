import { createApp, type Application } from 'corbel'
import { localhost } from '../../server/tls/identities.js'
import { EverythingModule } from './application.js'
import { available, clients } from './clients.js'
import { requests } from './requests.js'

const OPTIONS = { logger: false, shutdownSignals: false, http2: { upgrade: true } } as const

describe('one application over several protocols', () => {
  const apps: Application[] = []
  const urls = { plain: '', secure: '' }

  beforeAll(async () => {
    const tls = { httpsOptions: { key: localhost.key, cert: localhost.cert } }
    apps.push(await createApp(EverythingModule, OPTIONS))
    apps.push(await createApp(EverythingModule, { ...OPTIONS, ...tls }))
    for (const app of apps) await app.listen(0, '127.0.0.1')
    urls.plain = await apps[0]!.getUrl()
    urls.secure = await apps[1]!.getUrl()
  })
  afterAll(() => Promise.all(apps.map((app) => app.close())))

  const [reference] = clients
  for (const client of clients) {
    // not there: shown as skipped
    const group = available(client.needs) ? describe : describe.skip
    group(`asked by ${client.name}`, () => {
      it.each(requests)('$name', async (request) => {
        const answer = await client.ask(client.tls ? urls.secure : urls.plain, request)
        expect(answer.status).toBe(request.status)
        if (request.answer !== undefined) expect(answer.body).toBe(request.answer)
        for (const [name, value] of Object.entries(request.fields ?? {})) {
          if (value === undefined) expect(answer.fields).not.toHaveProperty(name)
          else expect(answer.fields[name]).toContain(value)
        }
        if (client !== reference) expect(answer).toEqual(await reference!.ask(urls.plain, request))
      })
    })
  }
})
