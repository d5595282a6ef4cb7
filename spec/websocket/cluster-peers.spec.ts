import { Logger } from '../../lib/core/index.js'
import { populate, startNodes, TestMember, until, type TestNode } from './cluster-nodes.js'

const lines: string[] = []
beforeEach(() => {
  lines.length = 0
  const write = (message: unknown): void => void lines.push(String(message))
  Logger.overrideLogger({ log: write, warn: write, error: write })
})
afterAll(() => Logger.overrideLogger(true))

describe('a process that', () => {
  it('hangs is waited for once, until it is heard of again', async () => {
    const nodes = await startNodes(3, { requestTimeout: 50 })
    populate(nodes)
    const [first, , third] = nodes as [TestNode, TestNode, TestNode]
    third.pubSub.isDeaf = true
    expect(await first.server.count()).toBe(6)
    expect(first.node.stats).toMatchObject({ peers: 1, unanswered: 1 })
    expect((await first.server.fetchSockets()).length).toBe(6)
    // was not waited for
    expect(first.node.stats.unanswered).toBe(1)
    expect(lines).toEqual(['1 of the other processes did not answer in time: what they have is left out.'])
    third.pubSub.isDeaf = false
    third.node.beat()
    await until(() => first.node.stats.peers === 2)
    expect(await first.server.count()).toBe(9)
  })

  it('was busy, and is heard of again, is told its answers by who has not missed it', async () => {
    const nodes = await startNodes(2, { requestTimeout: 50 })
    populate(nodes)
    const [first, second] = nodes as [TestNode, TestNode]
    // the second one has told the first one a lot
    for (let n = 0; n < 20; n++) expect(await first.server.count()).toBe(6)
    // the second one takes the first one for dead, which knows nothing of it
    first.pubSub.isDeaf = true
    expect(await second.server.count()).toBe(3)
    expect(second.node.stats).toMatchObject({ peers: 0, unanswered: 1 })
    first.pubSub.isDeaf = false
    expect(first.node.stats.peers).toBe(1)
    expect(await first.server.count()).toBe(6)
    expect((await first.server.fetchSockets()).length).toBe(6)
    expect(first.node.stats).toMatchObject({ unanswered: 0, repeated: 0 })
    expect(await second.server.count()).toBe(6)
  })

  it('is gone costs nothing any more', async () => {
    const nodes = await startNodes(2, { requestTimeout: 20 })
    const [first, second] = nodes as [TestNode, TestNode]
    const { toPeers } = first.node as unknown as { toPeers: ReadonlyMap<string, unknown> }
    expect(await second.server.count()).toBe(0)
    expect(toPeers.size).toBe(1)
    second.pubSub.isDeaf = true
    expect(await first.server.count()).toBe(0)
    expect(toPeers.size).toBe(0)
  })

  it('closes while it answers is not taken for a new one', async () => {
    const nodes = await startNodes(2, { requestTimeout: 2 ** 30 })
    const [first, second] = nodes as [TestNode, TestNode]
    const publish = second.pubSub.publish.bind(second.pubSub)
    // what it says to one takes longer than what it says to all
    let answering = 0
    let goOn: (() => void) | undefined
    second.pubSub.publish = async (channel, message) => {
      if (channel !== 'ws') {
        answering++
        await new Promise<void>((resolve) => (goOn = resolve))
      }
      return publish(channel, message)
    }
    const counting = first.server.count()
    await until(() => answering === 1)
    const closing = second.node.close()
    // no turn of the loop, in which the time for last words might be over
    for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => process.nextTick(resolve))
    goOn!()
    await closing
    expect(await counting).toBe(0)
    await until(() => first.node.stats.peers === 0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(first.node.stats.peers).toBe(0)
  })

  it('did nothing for long hears what others have said meanwhile before it takes them for dead', async () => {
    let now = 0
    const nodes = await startNodes(2, { peerTimeout: 6000 }, () => now)
    const [first] = nodes as [TestNode]
    now = 6000
    first.node.beat()
    expect(first.node.stats.peers).toBe(1)
    // there was nothing
    now = 8000
    first.node.beat()
    expect(first.node.stats.peers).toBe(0)
  })

  it('answers one of the others only is alive for all of them', async () => {
    let now = 0
    const nodes = await startNodes(3, { peerTimeout: 6000 }, () => now)
    populate(nodes)
    const [first, , third] = nodes as [TestNode, TestNode, TestNode]
    for (now = 0; now < 20_000; now += 2000) {
      for (const { node } of nodes) node.beat()
      expect(await first.server.count()).toBe(9)
    }
    expect(nodes.map(({ node }) => node.stats.peers)).toEqual([2, 2, 2])
    expect(await third.server.count()).toBe(9)
  })

  it('says nothing else says that it is there each time', async () => {
    const nodes = await startNodes(2)
    const [first, second] = nodes as [TestNode, TestNode]
    for (let beats = 1; beats <= 5; beats++) {
      const { received } = first.node.stats
      second.node.beat()
      await until(() => first.node.stats.received > received)
    }
  })

  it('is killed is dead after its time', async () => {
    let now = 0
    const nodes = await startNodes(3, { peerTimeout: 6000 }, () => now)
    const [first, second, third] = nodes as [TestNode, TestNode, TestNode]
    third.pubSub.isDeaf = true
    third.pubSub.error = new Error('dead')
    now = 5999
    second.server.serverSideEmit('alive')
    const { received } = first.node.stats
    await until(() => first.node.stats.received > received)
    first.node.beat()
    expect(first.node.stats.peers).toBe(2)
    now = 6000
    first.node.beat()
    expect(first.node.stats.peers).toBe(1)
  })

  it('closes says so', async () => {
    const nodes = await startNodes(3)
    const [first, second, third] = nodes as [TestNode, TestNode, TestNode]
    const member = new TestMember(first.server, 'a')
    third.server.emit('last words')
    await third.node.close()
    await until(() => first.node.stats.peers === 1 && second.node.stats.peers === 1)
    expect(member.events).toEqual([{ event: 'last words' }])
    expect(await first.server.count()).toBe(1)
  })

  it('has closed says nothing any more, and asks nobody', async () => {
    const nodes = await startNodes(2, { requestTimeout: 2 ** 30 })
    populate(nodes)
    const [first, second] = nodes as [TestNode, TestNode]
    await second.node.close()
    const { length } = second.pubSub.published
    second.server.emit('x')
    second.server.serverSideEmit('x')
    expect(await second.server.count()).toBe(3)
    expect((await second.server.fetchSockets()).length).toBe(3)
    expect(second.pubSub.published.length).toBe(length)
    await until(() => first.node.stats.peers === 0)
    expect(await first.server.count()).toBe(3)
  })

  it('is asked while it closes does not hold anybody up', async () => {
    const nodes = await startNodes(2, { requestTimeout: 2 ** 30 })
    const [first, second] = nodes as [TestNode, TestNode]
    second.pubSub.isDeaf = true
    const counting = first.server.count()
    await second.node.close()
    expect(await counting).toBe(0)
  })

  it('is new is known to all, and knows all', async () => {
    const nodes = await startNodes(3)
    expect(nodes.map(({ node }) => node.stats.peers)).toEqual([2, 2, 2])
    expect(new Set(nodes.map(({ node }) => node.stats.nodeId)).size).toBe(3)
  })

  it('asks before it knows the others waits until it does', async () => {
    const nodes = await startNodes(2, { discoveryTime: 20 })
    populate(nodes)
    expect(await nodes[1]!.server.count()).toBe(6)
  })

  it('says nothing is heard of all the same', async () => {
    const nodes = await startNodes(2, { heartbeatInterval: 5 })
    const before = nodes[0]!.node.stats.received
    await until(() => nodes[0]!.node.stats.received > before + 2)
  })
})
