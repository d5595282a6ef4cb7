// The load generator: a process of its own. Reads one job a line from stdin, as JSON, and prints its result as JSON.
// Connections stay open for the length of a job, each with one batch of `depth` requests under way.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const HEAD_END = Buffer.from('\r\n\r\n')
const READ_SIZE = 64 * 1024

/**
 * @param {{ port: number, request: string, status: number, connections: number, depth: number, seconds: number, rate?: number }} job
 *   `request` is the request's bytes in base64; with `rate` (requests per second) they are sent at that pace whatever the
 *   server does, and latency counts from when a request was due
 */
async function run({ port, request, status, connections, depth, seconds, rate }) {
  const one = Buffer.from(request, 'base64')
  const batch = Buffer.concat(Array(depth).fill(one))
  const latencies = new Histogram()
  const pace = rate === undefined ? undefined : new Pace(rate)
  const open = []
  let failure
  let responses = 0
  let measuring = true
  let finish
  const finished = new Promise((resolve) => {
    finish = resolve
  })
  const fail = (message) => {
    failure ??= message
    finish()
  }
  for (let index = 0; index < connections; index += 1) {
    const reader = new ResponseReader(status)
    let waiting = 0
    let sent = 0
    const send = (due) => {
      sent = due
      waiting = depth
      socket.write(batch)
    }
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(READ_SIZE),
        callback: (length, buffer) => {
          if (!measuring) return false
          try {
            const complete = reader.read(buffer, length)
            responses += complete
            waiting -= complete
          } catch (error) {
            fail(error.message)
            return false
          }
          if (waiting > 0) return true
          if (waiting < 0) fail('more responses than requests')
          const now = performance.now()
          latencies.add(now - sent)
          if (pace !== undefined) {
            pace.idle(send)
            return true
          }
          send(now)
          return true
        },
      },
    })
    socket.on('error', (error) => measuring && fail(error.message))
    socket.on('close', () => measuring && fail('the server closed a connection'))
    open.push(
      new Promise((resolve) => {
        socket.once('connect', () => {
          resolve({ socket, send })
        })
        socket.once('close', () => resolve(undefined))
      }),
    )
  }
  const ready = await Promise.all(open)
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (const connection of ready) {
    if (connection === undefined) continue
    if (pace === undefined) connection.send(performance.now())
    else pace.idle(connection.send)
  }
  pace?.begin()
  const timer = setTimeout(() => finish(), seconds * 1_000)
  await finished
  clearTimeout(timer)
  const elapsed = (performance.now() - start) / 1_000
  const used = process.cpuUsage(cpu)
  measuring = false
  pace?.stop()
  await Promise.all(
    ready.map(
      (connection) =>
        connection &&
        new Promise((resolve) => {
          if (connection.socket.closed) return resolve()
          connection.socket.once('close', resolve)
          connection.socket.destroy()
        }),
    ),
  )
  if (failure !== undefined) throw new Error(failure)
  return {
    responses,
    perSecond: responses / elapsed,
    p50: latencies.percentile(0.5),
    p99: latencies.percentile(0.99),
    load: (used.user + used.system) / 1e6 / elapsed,
  }
}

/** Hands out requests when they are due, to connections that have nothing under way; late ones wait for the next. */
class Pace {
  #interval
  #due = 0
  #running = false
  /** Connections in the order in which they became idle. */
  #idle = []

  constructor(rate) {
    this.#interval = 1_000 / rate
  }

  idle(send) {
    if (this.#running && this.#due <= performance.now()) this.#sendBy(send)
    else this.#idle.push(send)
  }

  begin() {
    this.#running = true
    this.#due = performance.now()
    this.#turn()
  }

  stop() {
    this.#running = false
  }

  #sendBy(send) {
    const due = this.#due
    this.#due += this.#interval
    send(due)
  }

  // timers are too coarse: the generator has a core of its own, and may spin on it
  #turn() {
    if (!this.#running) return
    const now = performance.now()
    while (this.#due <= now && this.#idle.length > 0) this.#sendBy(this.#idle.shift())
    setImmediate(() => this.#turn())
  }
}

/**
 * Counts complete responses. The first is parsed properly and becomes a template; the others only have to have its
 * length, status and head end. What does not fit is parsed properly again.
 */
class ResponseReader {
  #status
  #rest = Buffer.alloc(0)
  #head = 0
  #total = 0

  constructor(status) {
    this.#status = String(status)
  }

  read(buffer, length) {
    let chunk = buffer.subarray(0, length)
    if (this.#rest.length > 0) chunk = Buffer.concat([this.#rest, chunk])
    let at = 0
    let complete = 0
    while (at < chunk.length) {
      const size = this.#isLikeTemplate(chunk, at) ? this.#total : this.#parse(chunk, at)
      if (size === 0 || at + size > chunk.length) break
      at += size
      complete += 1
    }
    this.#rest = at === chunk.length ? chunk.subarray(0, 0) : Buffer.from(chunk.subarray(at))
    return complete
  }

  #isLikeTemplate(chunk, at) {
    const head = at + this.#head
    return (
      this.#total > 0 &&
      at + this.#total <= chunk.length &&
      chunk[at] === 72 &&
      chunk[at + 9] === this.#status.charCodeAt(0) &&
      chunk[at + 10] === this.#status.charCodeAt(1) &&
      chunk[at + 11] === this.#status.charCodeAt(2) &&
      chunk[head - 4] === 13 &&
      chunk[head - 3] === 10 &&
      chunk[head - 2] === 13 &&
      chunk[head - 1] === 10 &&
      (at + this.#total === chunk.length || chunk[at + this.#total] === 72)
    )
  }

  #parse(chunk, at) {
    const end = chunk.indexOf(HEAD_END, at)
    if (end < 0) return 0
    const head = chunk.latin1Slice(at, end)
    if (head.slice(9, 12) !== this.#status) throw new Error(`answered ${head.slice(0, head.indexOf('\r'))}`)
    // RFC 9110 §15.4.5: has no body, whatever its length says
    const length = this.#status === '304' ? ['', '0'] : /\r\ncontent-length: *(\d+)/i.exec(head)
    if (length === null) throw new Error('answered without Content-Length')
    this.#head = end + 4 - at
    this.#total = this.#head + Number(length[1])
    return this.#total
  }
}

/** Milliseconds, in buckets that grow by 5 %. */
class Histogram {
  #counts = new Uint32Array(400)
  #total = 0

  add(ms) {
    const bucket = ms <= 0.001 ? 0 : Math.min(399, Math.round(Math.log(ms * 1_000) / Math.log(1.05)))
    this.#counts[bucket] += 1
    this.#total += 1
  }

  percentile(part) {
    let left = this.#total * part
    for (let bucket = 0; bucket < this.#counts.length; bucket += 1) {
      left -= this.#counts[bucket]
      if (left <= 0) return 1.05 ** bucket / 1_000
    }
    return 0
  }
}

// last, since classes exist only after their declaration was reached
for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(await run(JSON.parse(line))))
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }))
  }
}
process.exit(0)
