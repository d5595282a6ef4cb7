import { parsePriority } from '../../../lib/server/h2/priority.js'
import { Scheduler } from '../../../lib/server/h2/scheduler.js'
import { isDoneWithin } from '../../support/within.js'
import { deferred } from '../start.js'
import { frame, u32 } from './client.js'
import { reply, startH2 } from './start.js'

describe('the Priority field (RFC 9218)', () => {
  it.each([
    ['', 3, false],
    ['u=0', 0, false],
    ['u=7, i', 7, true],
    ['u=7,i', 7, true],
    ['i=?0,u=1', 1, false],
    [' i=?1 , u=2;x=y', 2, true],
    ['u=1, u=5', 5, false],
    ['u=007', 7, false],
    ['u=-0', 0, false],
    ['u=1; a; b="x,y\\"";c=:AA==:, x=("a,b" c;d 1.5), i', 1, true],
  ])('%j is urgency %d, incremental %s', (value, urgency, incremental) => {
    expect(parsePriority(value)).toEqual({ urgency, incremental })
  })

  it.each([
    ['u=9', 'an urgency out of range'],
    ['u=-1', 'an urgency below all'],
    ['u=1.0', 'an urgency that is no integer'],
    ['u="1"', 'an urgency that is text'],
    ['u', 'an urgency that is true'],
    ['u=(1)', 'an urgency that is a list'],
    ['i=1', 'incremental that is no boolean'],
    ['i=yes', 'incremental that is a token'],
    ['x=1', 'a parameter that is unknown'],
    ['u=1, u=x', 'an urgency that is taken back'],
  ])('%j says nothing: %s (§4)', (value) => {
    expect(parsePriority(value)).toEqual({ urgency: 3, incremental: false })
  })

  it.each([
    '{{{', 'u=', 'u=1,', ',u=1', 'u=1,,i', 'u=1 i', 'U=1', 'u=1, I', 'u=1;', 'u=1;=x', 'u=?2', 'i=?', 'u=1, x="',
    'u=1, x="\\a"', 'u=1, x="\x80"', 'u=1, x=(1', 'u=1, x=(1"a")', 'u=1, x=:%:', 'u=1, x=1.', 'u=1, x=1.1234',
    'u=1, x=1234567890123456', '\tu=1', 'u =1', 'u= 1', 'u=1, \xe4', 'u=1\0', 'u=1 ;x',
  ])('%j is no dictionary, and ignored as a whole (RFC 8941 §4.2)', (value) => {
    expect(parsePriority(value)).toEqual({ urgency: 3, incremental: false })
  }) // prettier-ignore

  it('is read in a time that grows with its length alone', () => {
    for (const part of ['a', '(', '"', '((', ' ', ';a', 'a=(1 ', '1', ',']) {
      const text = `u=1, x=${part.repeat(1_000_000)}`
      expect(isDoneWithin(10, () => parsePriority(text))).toBe(true)
    }
  })
})

describe('the scheduler', () => {
  const stream = (id: number, value = '') => ({ id, priority: parsePriority(value) })
  const order = (scheduler: Scheduler<{ id: number; priority: ReturnType<typeof parsePriority> }>) => {
    const ids: number[] = []
    for (let next = scheduler.next(); next !== undefined && ids.length < 6; next = scheduler.next()) {
      ids.push(next.id)
      scheduler.rotate(next)
      if (ids.filter((id) => id === next.id).length === 2) scheduler.remove(next)
    }
    return ids
  }

  it('lets the urgent go first, and others one behind the other in the order of their requests', () => {
    const scheduler = new Scheduler<ReturnType<typeof stream>>()
    for (const one of [stream(5), stream(3), stream(7, 'u=1')]) scheduler.add(one)
    expect(order(scheduler)).toEqual([7, 7, 3, 3, 5, 5])
    expect(scheduler.isEmpty).toBe(true)
  })

  it('lets those take turns of which parts are of use', () => {
    const scheduler = new Scheduler<ReturnType<typeof stream>>()
    for (const one of [stream(1, 'i'), stream(3, 'i'), stream(5, 'i')]) scheduler.add(one)
    expect(order(scheduler)).toEqual([1, 3, 5, 1, 3, 5])
  })
})

describe('answers that wait for the connection', () => {
  const BODY = 'x'.repeat(20_000)

  /** Has the window used up, asks for three answers, and tells the order in which they end once it is opened. */
  async function orderOf(
    priorities: readonly (string | undefined)[],
    update?: readonly [stream: number, value: string],
  ): Promise<number[]> {
    const release = deferred()
    const { open } = await startH2(async (exchange) => {
      if (exchange.target === '/filler') return reply(exchange, 'x'.repeat(65_535))
      await release.promise
      reply(exchange, BODY)
    })
    const client = (await open()).request(1, { ':path': '/filler' })
    expect(await client.answer(1)).toHaveLength(65_535)
    for (const [i, priority] of priorities.entries()) {
      client.request(3 + 2 * i, priority === undefined ? {} : { priority })
    }
    if (update !== undefined) client.send(frame(16, 0, 0, Buffer.concat([u32(update[0]), Buffer.from(update[1])])))
    client.send(frame(6, 0, 0, '12345678'))
    await client.until(({ type }) => type === 6)
    release.resolve()
    for (let i = 0; i < priorities.length; i++) await client.head(3 + 2 * i)
    client.send(frame(8, 0, 0, u32(100_000)))
    for (let i = 0; i < priorities.length; i++) await client.answer(3 + 2 * i)
    return client.frames.filter(({ type, flags, stream }) => type === 0 && (flags & 1) === 1 && stream > 1).map(({ stream }) => stream)
  } // prettier-ignore

  it('come in the order of their requests', async () => {
    expect(await orderOf([undefined, undefined, undefined])).toEqual([3, 5, 7])
  })

  it('come by urgency', async () => {
    expect(await orderOf(['u=5', undefined, 'u=0'])).toEqual([7, 5, 3])
  })

  it('come by what PRIORITY_UPDATE has made of it', async () => {
    expect(await orderOf(['u=5', undefined, 'u=0'], [3, 'u=0'])).toEqual([3, 7, 5])
  })

  it('ignore the priorities of RFC 7540', async () => {
    const { open } = await startH2((exchange) => reply(exchange, 'ok'))
    const client = await open()
    client.send(frame(2, 0, 5, '\0\0\0\x03\xff'), frame(2, 0, 7, '\x80\0\0\x05\0'))
    client.send(frame(1, 0x25, 9, Buffer.concat([Buffer.from('0000000710', 'hex'), client.block()])))
    expect(await client.answer(9)).toBe('ok')
  })

  it('take a priority that comes before its request', async () => {
    const { open } = await startH2((exchange) => reply(exchange, 'ok'))
    const client = (await open()).send(frame(16, 0, 0, Buffer.concat([u32(1), Buffer.from('u=0')])))
    expect(await client.request(1).answer(1)).toBe('ok')
  })
})
