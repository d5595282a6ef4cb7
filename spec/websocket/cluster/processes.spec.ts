import { RedisServer } from '../../support/redis-server.js'
import { TestClient } from '../client.js'
import { ClusterProcess } from './member.js'
import { connectMany, eventually, LeanClient, notOnce, repeated } from './swarm.js'

// three processes of the application, and thousands of clients
jest.setConfig({ testTimeout: 240_000 })

const clients = new Set<LeanClient>()
let redis: RedisServer | undefined

afterEach(async () => {
  for (const client of clients) client.end()
  clients.clear()
  await redis?.close()
})

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}

/** Clients spread over the processes; those of one process are in every third place. */
async function spread(
  count: number,
  processes: readonly ClusterProcess[],
  isSocketIo: boolean,
): Promise<LeanClient[]> {
  const connected = await connectMany(
    count,
    (i) => processes[i % processes.length]!.port,
    isSocketIo,
    (i) => `all,r${i % 10}`,
  )
  for (const client of connected) clients.add(client)
  return connected
}

const has =
  (numbers: readonly number[]) =>
  (client: LeanClient): boolean =>
    client.numbers.length >= numbers.length && notOnce(client, numbers).length === 0

/** Waits until everybody has got the numbers, and fails if somebody gets one twice. */
async function everybodyGets(those: readonly LeanClient[], numbers: readonly number[]): Promise<void> {
  let done = 0
  await eventually(() => {
    while (done < those.length && has(numbers)(those[done]!)) done++
    const twice = those[done] === undefined ? [] : repeated(those[done]!)
    if (twice.length > 0) throw new Error(`came twice: ${twice.join()}`)
    return done === those.length
  })
}

const WIRES = [
  { wire: 'plain', count: 3000 },
  { wire: 'streams', count: 300 },
  { wire: 'sharded', count: 300 },
] as const

describe.skipIf(RedisServer.isMissing()).each(WIRES)(
  'three processes, $wire, $count clients',
  ({ wire, count }) => {
    const isSocketIo = wire !== 'plain'

    async function start(...more: readonly string[]): Promise<ClusterProcess[]> {
      redis = await RedisServer.start()
      return Promise.all(range(0, 3).map(() => ClusterProcess.start(wire, redis!.url, ...more)))
    }

    /** Waits until each process sees all clients, with those of the others. */
    async function allSeen(processes: readonly ClusterProcess[], total = count): Promise<void> {
      for (const one of processes) await eventually(async () => (await one.count('all')) === total)
    }

    it('a broadcast to a room reaches every member exactly once, also when a process is killed', async () => {
      const processes = await start()
      const [one, two, three] = processes as [ClusterProcess, ClusterProcess, ClusterProcess]
      const connected = await spread(count, processes, isSocketIo)
      await allSeen(processes)

      // all speak at the same time
      await Promise.all(processes.map((each, i) => each.say('all', range(i * 10, 10))))
      await everybodyGets(connected, range(0, 30))

      // to some
      await Promise.all(processes.map((each, i) => each.say('r3', range(30 + i, 1))))
      const ofRoom = connected.filter((_, i) => i % 10 === 3)
      await everybodyGets(ofRoom, range(0, 33))

      // one is killed while all speak
      const [living, orphans] = [
        connected.filter((_, i) => i % 3 !== 2),
        connected.filter((_, i) => i % 3 === 2),
      ]
      const lastWords = range(1000, 10)
      const speaking = [
        one.say('all', range(100, 10)),
        two.say('all', range(200, 10)),
        three.say('all', lastWords),
      ]
      await three.kill()
      speaking.push(one.say('all', range(110, 10)), two.say('all', range(210, 10)))
      await Promise.all(speaking.filter((_, i) => i !== 2))
      const ofLiving = [...range(100, 20), ...range(200, 20)]
      await everybodyGets(living, ofLiving)

      // its clients come back elsewhere, and get what comes from then on
      await eventually(() => orphans.every(({ isClosed }) => isClosed))
      const back = await spread(orphans.length, [one, two], isSocketIo)
      await allSeen([one, two])
      await Promise.all([one.say('all', range(300, 5)), two.say('all', range(400, 5))])
      const after = [...range(300, 5), ...range(400, 5)]
      await everybodyGets([...living, ...back], after)
      for (const client of connected) expect(repeated(client)).toEqual([])
      for (const client of back) expect(repeated(client)).toEqual([])
      for (const client of living)
        expect(client.numbers.filter((number) => !lastWords.includes(number)).length).toBe(
          30 + (ofRoom.includes(client) ? 3 : 0) + ofLiving.length + after.length,
        )
      if (!isSocketIo) {
        for (const each of [one, two]) {
          // on a busy machine they may have taken each other for dead for a while
          await eventually(async () => (await each.stats()).peers === 1)
          expect(await each.stats()).toMatchObject({ lost: 0, missed: 0, repeated: 0, rejected: 0 })
        }
      }
    })

    it('everybody gets everything again when Redis was away, and nothing twice', async () => {
      // nobody is forgotten meanwhile, however long that takes
      const processes = await start('0', '600000')
      const [one] = processes as [ClusterProcess]
      const connected = await spread(count, processes, isSocketIo)
      await allSeen(processes)
      await one.say('all', range(0, 5))
      await everybodyGets(connected, range(0, 5))

      await redis!.stop()
      const away = range(100, 5)
      const ofOne = connected.filter((_, i) => i % 3 === 0)
      const others = connected.filter((_, i) => i % 3 !== 0)
      const told = one.say('all', away)
      if (isSocketIo) void told
      else {
        await told
        // one's own get theirs without Redis
        await everybodyGets(ofOne, [...range(0, 5), ...away])
        await eventually(async () => (await one.stats()).lost >= away.length)
        expect((await one.stats()).reaches).toBe(false)
        for (const { numbers } of others) expect(numbers.length).toBe(5)
      }
      await redis!.start()
      await allSeen(processes)
      await Promise.all(processes.map((each, i) => each.say('all', range(200 + i * 10, 5))))
      const after = [...range(200, 5), ...range(210, 5), ...range(220, 5)]
      await everybodyGets(connected, [...range(0, 5), ...after])
      for (const client of connected) {
        expect(repeated(client)).toEqual([])
        expect(client.numbers.every((number) => number < 5 || number >= 200 || away.includes(number))).toBe(
          true,
        )
      }
      if (isSocketIo) return
      // rooms were kept, nobody was disconnected, and what was lost is known
      expect(connected.every(({ isClosed }) => !isClosed)).toBe(true)
      await eventually(async () => (await one.stats()).peers === 2)
      expect(await one.stats()).toMatchObject({ reaches: true, rejected: 0 })
      for (const each of processes.slice(1)) expect((await each.stats()).missed).toBeGreaterThan(0)
      const warnings = one.lines.filter((line) => line.includes('are not reached'))
      expect(warnings).toHaveLength(1)
    })
  },
)

describe.skipIf(RedisServer.isMissing())('three workers on one port', () => {
  it('are processes of a cluster like others', async () => {
    redis = await RedisServer.start()
    const primary = await ClusterProcess.start('plain', redis.url, '3')
    const opened: TestClient[] = []
    const pids = new Set<unknown>()
    // until each worker has one
    while (pids.size < 3) {
      const client = await TestClient.open(`http://127.0.0.1:${primary.port}/chat?room=all`)
      opened.push(client)
      pids.add(((await client.emit('command', { name: 'pid' }, 1).messages(1))[0] as { data: number }).data)
    }
    const [first] = opened as [TestClient]
    const command = { name: 'count', room: 'all', values: [] }
    let counted: unknown
    while (counted !== opened.length) {
      const { length } = first.received
      const answers = await first.emit('command', command, 2).messages(length + 1)
      counted = (answers[length] as { data: unknown }).data
    }
    first.emit('command', { name: 'say', room: 'all', values: [1, 2] }, 3)
    for (const client of opened)
      while (client.received.filter((one) => (one as { event?: string }).event === 'n').length < 2)
        await client.messages(client.received.length + 1)
    const told = (client: TestClient): unknown[] =>
      client.received.flatMap((one) => ((one as { event?: string }).event === 'n' ? [one] : []))
    for (const client of opened)
      expect(told(client)).toEqual([
        { event: 'n', data: 1 },
        { event: 'n', data: 2 },
      ])
    for (const { socket } of opened) socket.terminate()
    await primary.end('SIGTERM')
  })
})
