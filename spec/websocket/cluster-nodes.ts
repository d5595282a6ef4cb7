import { MemoryPubSub, type MessageListener, type PubSub, type Subscription } from '../../lib/core/index.js'
import { ClusterNode } from '../../lib/websocket/plain/cluster/node.js'
import { clusterSettings, type ClusterOptions } from '../../lib/websocket/plain/cluster/options.js'
import { Server, type Handshake, type Member, type PreparedBroadcast } from '../../lib/websocket/index.js'

/** Waits for what other parts of this process do in turns to come. */
export async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve))
}

/** A member that keeps what it gets. */
export class TestMember implements Member {
  readonly rooms = new Set<string>()
  readonly data: Record<string, unknown> = {}
  readonly received: (string | Uint8Array)[] = []
  isConnected = true
  handshake: Handshake = { headers: {}, query: {}, url: '/', address: '127.0.0.1', secure: false }

  constructor(
    readonly server: Server,
    readonly id: string,
    rooms: readonly string[] = [],
  ) {
    server.add(this)
    this.join(rooms)
  }

  get events(): unknown[] {
    return this.received.map((one) => JSON.parse(String(one)) as unknown)
  }

  deliver({ content }: PreparedBroadcast): void {
    this.received.push(content)
  }
  emit(): boolean {
    return true
  }
  join(rooms: string | readonly string[]): void {
    for (const room of [rooms].flat()) this.server.join(this, room)
  }
  leave(room: string): void {
    this.server.leave(this, room)
  }
  disconnect(): void {
    this.isConnected = false
    this.server.remove(this)
  }
}

/** Carries messages in memory, and can be cut. */
export class TestPubSub implements PubSub {
  readonly published: { readonly channel: string; readonly message: Buffer }[] = []
  error: Error | undefined
  /** Hears nothing, as if the process hung. */
  isDeaf = false
  maxMessageSize: number | undefined

  constructor(private readonly wire: PubSub) {}

  async publish(channel: string, message: Uint8Array | string): Promise<void> {
    if (this.error !== undefined) throw this.error
    this.published.push({ channel, message: Buffer.from(message as Uint8Array) })
    await this.wire.publish(channel, message)
  }
  subscribe(channel: string, listener: MessageListener): Promise<Subscription> {
    return this.wire.subscribe(channel, (message, name) => {
      if (!this.isDeaf) void listener(message, name)
    })
  }
  close(): Promise<void> {
    return this.wire.close()
  }
}

/** One process of a cluster, without its sockets. */
export interface TestNode {
  readonly node: ClusterNode
  readonly server: Server
  readonly pubSub: TestPubSub
  readonly reports: string[]
}

const open: ClusterNode[] = []

afterEach(async () => {
  for (const node of open.splice(0)) await node.close()
})

/** Starts so many, which know each other; none says by itself that it is there, unless `heartbeatInterval` is given. */
export async function startNodes(
  count: number,
  options: ClusterOptions = {},
  now?: () => number,
  wire: PubSub = new MemoryPubSub(),
): Promise<TestNode[]> {
  const nodes: TestNode[] = []
  for (let i = 0; i < count; i++) {
    const pubSub = new TestPubSub(wire)
    const reports: string[] = []
    const settings = clusterSettings({ discoveryTime: 0, heartbeatInterval: 2 ** 30, ...options }, pubSub)
    const report = (error: unknown, what: string): void => void reports.push(`${what}: ${String(error)}`)
    const node = new ClusterNode(settings, report, now)
    const server = new Server('/chat')
    node.link('/chat', server)
    await node.start()
    open.push(node)
    nodes.push({ node, server, pubSub, reports })
  }
  await until(() => nodes.every(({ node }) => node.stats.peers === count - 1))
  return nodes
}

/** Members of the first room, one of the other, in each process. */
export function populate(nodes: readonly TestNode[]): TestMember[] {
  return nodes.flatMap(({ server }, i) => [
    new TestMember(server, `a${i}`, ['first']),
    new TestMember(server, `b${i}`, ['first', 'second']),
    new TestMember(server, `c${i}`),
  ])
}

/** When a process has got what another one has said so far. */
export async function settled(nodes: readonly TestNode[]): Promise<void> {
  const marks = nodes.map(({ server }, i) => {
    const heard = new Set<unknown>()
    const listen = (from: unknown): void => void heard.add(from)
    server.on('mark', listen)
    return { heard, i, forget: () => server.off('mark', listen) }
  })
  nodes.forEach(({ server }, i) => server.serverSideEmit('mark', i))
  await until(() => marks.every(({ heard }) => heard.size === nodes.length - 1))
  marks.forEach(({ forget }) => forget())
}
