import { Logger } from '../../lib/core/index.js'
import { Server } from '../../lib/websocket/index.js'
import { populate, settled, startNodes, TestMember, until, type TestNode } from './cluster-nodes.js'

const lines: string[] = []
beforeEach(() => {
  lines.length = 0
  const write = (message: unknown): void => void lines.push(String(message))
  Logger.overrideLogger({ log: write, warn: write, error: write })
})
afterAll(() => Logger.overrideLogger(true))

describe('what is sent', () => {
  it('reaches everybody of all processes once, one’s own at once', async () => {
    const nodes = await startNodes(3)
    const members = populate(nodes)
    nodes[0]!.server.emit('news', { n: 1 })
    const isOwn = ({ server }: TestMember): boolean => server === nodes[0]!.server
    expect(members.map(({ received }) => received.length)).toEqual(members.map((one) => (isOwn(one) ? 1 : 0)))
    await settled(nodes)
    for (const { events } of members) expect(events).toEqual([{ event: 'news', data: { n: 1 } }])
  })

  it('reaches rooms, without others, everybody once', async () => {
    const nodes = await startNodes(2)
    const members = populate(nodes)
    nodes[0]!.server.to(['first', 'second']).to('a1').except('a0').emit('x')
    nodes[1]!.server
      .to('second')
      .except('b1')
      .send(new Uint8Array([0, 255]))
    nodes[0]!.server.to('first').except('second').send('text ä')
    await settled(nodes)
    expect(
      members.map(({ id, received }) => [id, ...received.map((one) => Buffer.from(one).toString('latin1'))]),
    ).toEqual([
      ['a0', Buffer.from('text ä').toString('latin1')],
      ['b0', '{"event":"x"}', '\0\xff'],
      ['c0'],
      ['a1', '{"event":"x"}', Buffer.from('text ä').toString('latin1')],
      ['b1', '{"event":"x"}'],
      ['c1'],
    ])
  })

  it('stays in this process where it is local', async () => {
    const nodes = await startNodes(2)
    const members = populate(nodes)
    nodes[0]!.server.local.emit('all')
    nodes[0]!.server.local.to('second').emit('second')
    expect(await nodes[0]!.server.local.count()).toBe(3)
    expect((await nodes[0]!.server.local.in('second').fetchSockets()).map(({ id }) => id)).toEqual(['b0'])
    await settled(nodes)
    expect(members.map(({ received }) => received.length)).toEqual([1, 2, 1, 0, 0, 0])
  })

  it('keeps its order, whatever carries it', async () => {
    const nodes = await startNodes(2)
    const { server, pubSub } = nodes[0]!
    const member = new TestMember(nodes[1]!.server, 'a', ['odd'])
    // each publication takes its own time
    const publish = pubSub.publish.bind(pubSub)
    pubSub.publish = async (channel, message) => {
      for (let i = 0; i < message.length % 7; i++) await new Promise((resolve) => setImmediate(resolve))
      return publish(channel, message)
    }
    for (let n = 0; n < 200; n++) {
      server.emit('n', n)
      if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await settled(nodes)
    expect(member.events).toEqual(Array.from({ length: 200 }, (_, data) => ({ event: 'n', data })))
    // what came while one was under way went together
    expect(pubSub.published.length).toBeLessThan(100)
  })

  it('is not decoded where nobody is meant', async () => {
    const nodes = await startNodes(2)
    populate([nodes[0]!])
    const parse = jest.spyOn(nodes[1]!.server, 'apply')
    nodes[0]!.server.to('first').emit('x')
    await settled(nodes)
    expect(parse).not.toHaveBeenCalled()
  })

  it('is refused where it is too large for others, and nobody has got it', async () => {
    const nodes = await startNodes(2, { maxMessageSize: 1000 })
    const members = populate(nodes)
    const { server } = nodes[0]!
    expect(() => server.emit('x', 'y'.repeat(1000))).toThrow(
      expect.objectContaining({ code: 'CORBEL_WS_CLUSTER_MESSAGE_TOO_LARGE' }) as Error,
    )
    server.local.emit('x', 'y'.repeat(1000))
    for (let n = 0; n < 20; n++) server.emit('n', 'z'.repeat(400))
    await settled(nodes)
    expect(members.map(({ received }) => received.length)).toEqual([21, 21, 21, 20, 20, 20])
    expect(nodes[0]!.pubSub.published.every(({ message }) => message.length <= 1000)).toBe(true)
  })
})

describe('members of other processes', () => {
  it('are found with their rooms and data, without what says who they are', async () => {
    const nodes = await startNodes(3)
    const members = populate(nodes)
    members[4]!.data['user'] = { name: 'Ada' }
    members[4]!.handshake = {
      ...members[4]!.handshake,
      headers: { 'user-agent': 'x', cookie: 'secret', authorization: 'secret' },
    }
    const found = await nodes[0]!.server.in('second').fetchSockets()
    expect(found.map(({ id }) => id).sort()).toEqual(['b0', 'b1', 'b2'])
    const { rooms, data, handshake } = found.find(({ id }) => id === 'b1')!
    expect([...rooms]).toEqual(['first', 'second'])
    expect(data).toEqual({ user: { name: 'Ada' } })
    expect(handshake.headers).toEqual({ 'user-agent': 'x' })
    expect((await nodes[0]!.server.fetchSockets()).length).toBe(9)
    expect(await Promise.all(nodes.map(({ server }) => server.in('nobody').fetchSockets()))).toEqual([
      [],
      [],
      [],
    ])
  })

  it('are counted', async () => {
    const nodes = await startNodes(3)
    populate(nodes)
    const { server } = nodes[1]!
    expect(
      await Promise.all([
        server.count(),
        server.in('first').count(),
        server.in('first').except('second').count(),
        server.in('a2').count(),
        server.in(['first', 'second', 'c0']).count(),
        server.in('nobody').count(),
      ]),
    ).toEqual([9, 6, 3, 1, 7, 0])
  })

  it('join, leave, get messages and are disconnected from here', async () => {
    const nodes = await startNodes(2)
    const members = populate(nodes)
    const [here, there] = [nodes[0]!.server, members[3]!]
    here.in('second').socketsJoin(['third', 'fourth'])
    here.socketsLeave('first')
    await settled(nodes)
    const both = 'second,third,fourth'
    expect(members.map(({ rooms }) => [...rooms].join())).toEqual(['', both, '', '', both, ''])
    const [remote] = await here.in('a1').fetchSockets()
    remote!.join('fifth')
    expect(remote!.emit('hello', 1)).toBe(true)
    here.to('fifth').emit('after')
    remote!.leave('fifth')
    here.to('fifth').emit('never')
    await settled(nodes)
    expect(there.events).toEqual([{ event: 'hello', data: 1 }, { event: 'after' }])
    remote!.disconnect()
    here.in('third').disconnectSockets()
    await settled(nodes)
    expect(members.map(({ isConnected }) => isConnected)).toEqual([true, false, true, false, false, true])
  })

  it('are told in parts where they are many, and without data that JSON cannot say', async () => {
    const nodes = await startNodes(2, { maxMessageSize: 2000 })
    const [here, there] = nodes as [TestNode, TestNode]
    for (let i = 0; i < 100; i++) new TestMember(there.server, `m${i}`).data['text'] = 'x'.repeat(i)
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    new TestMember(there.server, 'loop').data['loop'] = loop
    new TestMember(there.server, 'large').data['text'] = 'x'.repeat(2000)
    const found = await here.server.fetchSockets()
    expect(found.map(({ id }) => id)).toEqual([...Array.from({ length: 100 }, (_, i) => `m${i}`), 'loop'])
    expect(found.at(-1)!.data).toEqual({})
    expect(there.reports.map((line) => line.split(':')[0])).toEqual([
      'data of the client loop',
      'client large',
    ])
  })
})

describe('servers of several processes', () => {
  it('tell each other events, and go on where a listener fails', async () => {
    const nodes = await startNodes(3)
    const heard: unknown[] = []
    for (const [i, { server }] of nodes.entries()) {
      server.on('reload', () => {
        throw new Error('on purpose')
      })
      server.on('reload', (data) => void heard.push([i, data]))
    }
    const gone = (): void => void heard.push('gone')
    nodes[1]!.server.on('reload', gone).off('reload', gone)
    nodes[0]!.server.serverSideEmit('reload', { all: true })
    nodes[0]!.server.serverSideEmit('nobody hears')
    nodes[0]!.server.serverSideEmit('reload')
    await settled(nodes)
    expect(heard.sort()).toEqual(
      [
        [1, { all: true }],
        [1, undefined],
        [2, { all: true }],
        [2, undefined],
      ].sort(),
    )
    expect(nodes[1]!.reports).toEqual(Array(2).fill('/chat on("reload"): Error: on purpose'))
  })

  it('are told apart by their path', async () => {
    const nodes = await startNodes(2)
    const other = new Server('/other')
    nodes[1]!.node.link('/other', other)
    const member = new TestMember(other, 'x', ['first'])
    populate(nodes)
    nodes[0]!.server.emit('news')
    expect(await nodes[0]!.server.count()).toBe(6)
    await settled(nodes)
    expect(member.received).toEqual([])
    // which one process does not have
    expect(await other.count()).toBe(1)
    expect(await other.fetchSockets()).toEqual([member])
  })

  it('stand alone as if there were no others', async () => {
    const [{ server, node }] = (await startNodes(1)) as [TestNode]
    populate([{ server } as TestNode])
    expect(await server.in('first').count()).toBe(2)
    expect((await server.fetchSockets()).length).toBe(3)
    expect(node.stats).toMatchObject({ peers: 0, reaches: true })
  })
})

describe('while nothing can be carried', () => {
  it('one’s own members get theirs; the rest is counted, told once, and over when it is over', async () => {
    const nodes = await startNodes(2)
    const members = populate(nodes)
    const { server, node, pubSub } = nodes[0]!
    await settled(nodes)
    pubSub.error = new Error('There is no Redis.')
    for (let n = 0; n < 3; n++) {
      server.emit('lost', n)
      await until(() => node.stats.lost === n + 1)
    }
    // asks nobody, and does not wait
    expect(await server.count()).toBe(3)
    expect(node.stats).toMatchObject({ lost: 4, reaches: false, peers: 1 })
    pubSub.error = undefined
    server.emit('back')
    await settled(nodes)
    expect(node.stats).toMatchObject({ lost: 4, reaches: true })
    expect(members.map(({ events }) => events.length)).toEqual([4, 4, 4, 1, 1, 1])
    // others know what they have not heard
    expect(nodes[1]!.node.stats.missed).toBe(4)
    expect(await nodes[1]!.server.count()).toBe(6)
    expect(lines).toEqual([
      'Members of other processes are not reached: There is no Redis. What is sent to them meanwhile is lost.',
      'Members of other processes are reached again; they did not get 4 orders.',
    ])
  })

  it('and again and again, that is told once a minute', async () => {
    let now = 0
    const nodes = await startNodes(2, { peerTimeout: 2 ** 30 }, () => now)
    const { server, node, pubSub } = nodes[0]!
    const fail = async (): Promise<void> => {
      const { lost } = node.stats
      pubSub.error = new Error('There is no Redis.')
      server.emit('lost')
      await until(() => node.stats.lost > lost)
      pubSub.error = undefined
      await settled(nodes)
    }
    for (now of [0, 1, 59_999]) await fail()
    expect(lines).toHaveLength(2)
    now = 60_000
    await fail()
    expect(lines).toHaveLength(4)
  })

  it('no more waits than it may', async () => {
    const nodes = await startNodes(2, { maxMessageSize: 1000, maxQueuedSize: 5000 })
    const { server, node, pubSub } = nodes[0]!
    const member = new TestMember(nodes[1]!.server, 'a')
    let goOn: (() => void) | undefined
    const publish = pubSub.publish.bind(pubSub)
    pubSub.publish = async (channel, message) => {
      await new Promise<void>((resolve) => (goOn = resolve))
      return publish(channel, message)
    }
    server.emit('n', 'first')
    await until(() => goOn !== undefined)
    for (let n = 0; n < 100; n++) server.emit('n', 'x'.repeat(300))
    expect(node.stats.lost).toBeGreaterThan(80)
    pubSub.publish = publish
    goOn!()
    await settled(nodes)
    expect(member.received.length + node.stats.lost).toBe(101)
  })
})

describe('what comes in', () => {
  async function start() {
    const nodes = await startNodes(2)
    const member = new TestMember(nodes[0]!.server, 'a')
    const say = async (message: Uint8Array | string): Promise<void> => {
      await nodes[1]!.pubSub.publish('ws', message)
      await settled(nodes)
    }
    return { nodes, member, say, stats: () => nodes[0]!.node.stats }
  }

  it('is ignored, and told once, where it is none of this version', async () => {
    const { say, stats, nodes, member } = await start()
    nodes[1]!.server.emit('good')
    await settled(nodes)
    const good = nodes[1]!.pubSub.published.find(({ message }) => message.includes('good'))!.message
    const foreign = Buffer.from(good)
    foreign[2] = 2
    for (const message of ['{"hello":1}', '', foreign]) await say(message)
    expect(stats().rejected).toBe(3)
    expect(lines).toEqual(
      // each of the two processes
      Array(2).fill(
        'A message on "ws" is ignored: it is none of this version of Corbel. Processes of one cluster have to run the same ' +
          'version; other applications need another cluster.name.',
      ),
    )
    expect(member.events).toEqual([{ event: 'good' }])
  })

  it('is ignored where it came before, and is counted where it never came', async () => {
    const { nodes, stats, member, say } = await start()
    nodes[1]!.server.emit('good')
    await settled(nodes)
    const { message } = nodes[1]!.pubSub.published.find((one) => one.message.includes('good'))!
    await say(message)
    expect(stats()).toMatchObject({ repeated: 1, missed: 0 })
    expect(member.events).toEqual([{ event: 'good' }])
  })

  it('is ignored where it is damaged, at any byte, and does no harm', async () => {
    const { nodes, stats, member } = await start()
    nodes[1]!.server.to('a').emit('good', 'x')
    await until(() => member.received.length === 1)
    const { message } = nodes[1]!.pubSub.published.find((one) => one.message.includes('good'))!
    const { hear } = nodes[0]!.node as unknown as { hear(message: Uint8Array, isToAll: boolean): void }
    const listen = hear.bind(nodes[0]!.node)
    const stranger = Buffer.from(message)
    stranger.fill(7, 4, 12)
    let sequence = 1
    const say = (bytes: Buffer): void => {
      if (bytes.length >= 18) bytes.writeUIntLE(sequence++, 12, 6)
      listen(bytes, true)
    }
    const before = member.received.length
    for (let size = 19; size < stranger.length; size++) say(Buffer.from(stranger.subarray(0, size)))
    expect(stats().rejected).toBe(stranger.length - 19)
    for (let at = 18; at < stranger.length; at++) {
      for (const value of [0, 0xff, stranger[at]! ^ 1]) {
        const damaged = Buffer.from(stranger)
        damaged[at] = value
        say(damaged)
      }
    }
    expect(member.received.length).toBeGreaterThan(before)
    // kinds that are not known yet are skipped
    const unknown = Buffer.from(stranger)
    unknown[18] = 99
    const rejected = stats().rejected
    const count = member.received.length
    say(Buffer.concat([unknown, stranger.subarray(18)]))
    expect([stats().rejected, member.received.length]).toEqual([rejected, count + 1])
  })

  it('makes no more processes known than there can be', async () => {
    const { nodes, stats } = await start()
    const { hear } = nodes[0]!.node as unknown as { hear(message: Uint8Array, isToAll: boolean): void }
    const head = Buffer.from([0xc0, 0x57, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    for (let n = 0; n < 2000; n++) {
      const message = Buffer.from(head)
      message.writeUInt32LE(n, 4)
      hear.call(nodes[0]!.node, message, true)
    }
    expect(stats().peers).toBe(1024)
    expect(stats().rejected).toBeGreaterThan(900)
  })
})
