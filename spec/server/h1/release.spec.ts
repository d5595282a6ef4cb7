import v8 from 'node:v8'
import { HeaderList, UPGRADE, type Exchange } from '../../../lib/http/index.js'
import { H1Connection } from '../../../lib/server/h1/connection.js'
import { head, start } from '../start.js'

type Query = (type: object, options: { format: 'count' }) => number
// from Node 20.13 on
const countOf = (v8 as { queryObjects?: Query }).queryObjects

const REQUEST = head('GET /path?a=1', 'Connection: upgrade', 'Upgrade: echo', 'X-Key: a, b')

/** Has so many connections upgraded; answers their exchanges. */
async function upgraded(count: number): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = []
  const { open } = await start((exchange) => {
    // their lines have been looked for, as a handshake does it
    expect(exchange.headers.get('x-key')).toBe('a, b')
    const { socket } = exchange.feature(UPGRADE)!.accept(new HeaderList())
    socket.on('data', () => undefined)
    socket.on('error', () => undefined)
    exchanges.push(exchange)
  })
  for (let i = 0; i < count; i++) {
    const client = (await open()).send(REQUEST)
    expect(await client.response()).toMatchObject({ status: 101 })
  }
  return exchanges
}

describe('an exchange whose connection was handed over', () => {
  it('still knows what was asked for, and by whom', async () => {
    const [exchange] = await upgraded(1)
    expect(exchange).toMatchObject({ method: 'GET', target: '/path?a=1', scheme: 'http', authority: 'a' })
    expect(exchange!.headers.get('x-key')).toBe('a, b')
    expect(exchange!.headers.toObject()).toMatchObject({ upgrade: 'echo' })
    expect(exchange!.connection.remoteAddress).toBe('127.0.0.1')
    expect(exchange!.connection.encrypted).toBe(false)
  })

  it('is answered no more', async () => {
    const [exchange] = await upgraded(1)
    const { sink } = exchange!
    expect(sink.state).toBe('ended')
    await sink.drained()
    sink.abort(new Error('too late'))
    expect(() => sink.end()).toThrow(expect.objectContaining({ code: 'CORBEL_RESPONSE_ENDED' }))
    expect(() => exchange!.feature(UPGRADE)!.accept()).toThrow(
      expect.objectContaining({ code: 'CORBEL_UPGRADE_UNAVAILABLE' }),
    )
  })

  it.runIf(countOf !== undefined)(
    'keeps nothing of it',
    async () => {
      const exchanges = await upgraded(200)
      // counting collects garbage; what ran last may still be on its way out
      const kept = (): number => countOf!(H1Connection, { format: 'count' })
      await expect.poll(kept, { timeout: 30_000 }).toBeLessThan(50)
      expect(exchanges).toHaveLength(200)
    },
    60_000,
  )
})
