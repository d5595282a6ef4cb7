import { eventually } from '../support/eventually.js'
import { PROTOCOLS } from '../support/protocols.js'
import { sendUpload, startReceiver, type Receiver } from './through/upload.js'

const MEBIBYTE = 1024 * 1024
const SIZE = 64

describe('uploads of 64 MiB', { timeout: 120_000 }, () => {
  let server: Receiver

  beforeAll(async () => void (server = await startReceiver()), 120_000)

  afterAll(() => server.stop(), 120_000)

  describe.each(PROTOCOLS)('over %s', (protocol) => {
    it.each(['storage', 'disk', 'parts'])(
      'go through a process that keeps none of them, to %s; temporary files are gone (npm run upload: its resident set)',
      async (route) => {
        const send = (beforeEnd?: () => Promise<void>) =>
          sendUpload(`${server.url}/${route}`, SIZE, protocol, beforeEnd)
        // what is loaded and compiled with the first upload is not what is asked about
        await send()
        const before = await server.held()
        const size = await send(() =>
          // all has left but the end: what is not on its way any more would be here, were it kept
          eventually(async () => expect((await server.held()) - before).toBeLessThan(16 * MEBIBYTE)),
        )
        expect(size).toBe(SIZE * MEBIBYTE)
        await eventually(async () => expect(await server.files()).toBe(0))
      },
    )
  })
})
