// Loads one server at a time: each line of its input is a job in JSON, each line of its output what came of it. It has no WebSocket
// client: it writes frames that were made before, and counts the bytes that come back, so that it needs less time than any server.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { processorTime } from '../processes.mjs'
import { clientFrame, serverFrame } from './frames.mjs'

/** All sockets read into it, one after the other. */
const shared = Buffer.allocUnsafeSlow(256 * 1024)
/** Connections that are being opened at a time: fewer than a listening socket queues. */
const AT_A_TIME = 200
/** What everybody is told. */
const NEWS = JSON.stringify({
  id: 4711,
  title: 'What everybody is told',
  tags: ['a', 'b', 'c'],
  text: 'x'.repeat(100),
})

/** A connection: what it does with the bytes that come is `receive`, until then they are gathered. */
class Client {
  gathered = Buffer.alloc(0)
  receive = (count) => {
    this.gathered = Buffer.concat([this.gathered, shared.subarray(0, count)])
    this.wake?.()
  }

  constructor(port) {
    const onread = { buffer: shared, callback: (count) => (this.receive(count), true) }
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    this.socket.on('error', (error) => (this.error = error))
    this.socket.on('close', () => {
      this.closed = true
      this.wake?.()
    })
  }

  async until(found) {
    for (;;) {
      const result = found(this.gathered)
      if (result !== undefined) return result
      if (this.closed) throw new Error(`the server has closed the connection ${this.error?.message ?? ''}`)
      await new Promise((resolve) => (this.wake = resolve))
    }
  }

  /** The next frame, which has to be complete before the measurement begins. */
  async frame() {
    const frame = await this.until(serverFrame)
    const payload = Buffer.from(frame.payload)
    this.gathered = this.gathered.subarray(frame.size)
    return { ...frame, payload }
  }

  async open(path, extension) {
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        `${extension ? `Sec-WebSocket-Extensions: ${extension}\r\n` : ''}\r\n`,
    )
    const end = await this.until((bytes) => {
      const at = bytes.indexOf('\r\n\r\n')
      return at === -1 ? undefined : at + 4
    })
    const head = this.gathered.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(`answers ${head.slice(0, 100)}`)
    if (extension !== undefined && !/permessage-deflate/.test(head)) throw new Error('does not compress')
    this.gathered = this.gathered.subarray(end)
  }
}

async function openAll(count, each) {
  const clients = []
  while (clients.length < count) {
    const size = Math.min(AT_A_TIME, count - clients.length)
    clients.push(...(await Promise.all(Array.from({ length: size }, each))))
  }
  return clients
}

async function closeAll(clients) {
  await Promise.all(
    clients.map(
      ({ socket }) =>
        new Promise((resolve) => {
          socket.on('close', resolve)
          socket.resetAndDestroy()
        }),
    ),
  )
}

/** Takes the time: what has passed of it, and what the server and this process have had of the processor, in seconds. */
function watchTime(pid) {
  const own = process.cpuUsage()
  const used = processorTime(pid)
  const begin = performance.now()
  return () => {
    const elapsed = (performance.now() - begin) / 1e3
    const { user, system } = process.cpuUsage(own)
    return { elapsed, used: processorTime(pid) - used, load: (user + system) / 1e6 / elapsed }
  }
}

function figures(messages, { elapsed, used, load }) {
  return {
    perSecond: messages / elapsed,
    perProcessorSecond: messages / used,
    micros: (used / messages) * 1e6,
    busy: used / elapsed,
    load,
  }
}

/** Each connection has `depth` messages on their way, all the time. */
async function echo({ port, pid, path, connections, depth, seconds, opcode, content, answer, compressed }) {
  const one = clientFrame(opcode, content, { compress: compressed })
  const extension = compressed
    ? 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'
    : undefined
  const clients = await openAll(connections, async () => {
    const client = new Client(port)
    await client.open(path, extension)
    client.socket.write(one)
    const { size, opcode: kind, compressed: isCompressed, payload } = await client.frame()
    if (kind !== opcode || isCompressed !== compressed) throw new Error('another kind of frame comes back')
    if (!compressed && payload.toString('latin1') !== (answer ?? content)) {
      throw new Error(`answers ${payload.toString('latin1').slice(0, 100)}`)
    }
    client.size = size
    return client
  })
  const frames = Buffer.concat(Array(depth).fill(one))
  let messages = 0
  let isOver = false
  for (const client of clients) {
    let expected = 0
    let received = 0
    client.receive = (count) => {
      received += count
      if (received < expected) return
      messages += depth
      received -= expected
      if (!isOver) client.socket.write(frames)
    }
    expected = client.size * depth
  }
  const watch = watchTime(pid)
  for (const { socket } of clients) socket.write(frames)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  const counted = messages
  const times = watch()
  isOver = true
  if (clients.some(({ closed }) => closed)) throw new Error('the server has closed a connection')
  await closeAll(clients)
  return figures(counted, times)
}

/** One client has everybody told something, again and again, each time when everybody has it. */
async function broadcast({ port, pid, path, connections, seconds, socketIo }) {
  const clients = await openAll(connections, async () => {
    const client = new Client(port)
    await client.open(path)
    if (socketIo) {
      await client.frame()
      client.socket.write(clientFrame(1, '40'))
      await client.frame()
    }
    return client
  })
  const shout = clientFrame(1, socketIo ? `42["shout",${NEWS}]` : `{"event":"shout","data":${NEWS}}`)
  // the first one tells how long it is, and that everybody gets it
  clients[0].socket.write(shout)
  const sizes = new Set()
  for (const client of clients) {
    const { size, payload } = await client.frame()
    if (!payload.includes('What everybody is told')) throw new Error(`tells ${payload}`)
    sizes.add(size)
  }
  if (sizes.size !== 1) throw new Error('not everybody is told the same')
  const [size] = sizes
  let missing = 0
  let wake
  for (const client of clients) {
    client.receive = (count) => {
      missing -= count
      if (missing <= 0) wake?.()
    }
  }
  let rounds = 0
  const watch = watchTime(pid)
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end) {
    missing = size * connections
    clients[0].socket.write(shout)
    await new Promise((resolve) => (wake = resolve))
    if (missing < 0) throw new Error('somebody was told twice')
    rounds++
  }
  const times = watch()
  await closeAll(clients)
  return { ...figures(rounds * connections, times), took: (times.elapsed / rounds) * 1_000 }
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line)
  try {
    console.log(JSON.stringify(await (job.kind === 'broadcast' ? broadcast(job) : echo(job))))
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }))
  }
}
