import { connect, type Socket } from 'node:net'
import { serveBoard } from './board.js'

/** Enough to show that a change is one run for all, few enough for a small machine. */
const CLIENTS = Number(process.env['LIVE_CLIENTS'] ?? 200)

describe(`${CLIENTS} clients of one live query`, () => {
  it('are told of a change by one run', async () => {
    const { url, notes, live } = await serveBoard({ maxPerAddress: CLIENTS, interval: 100 })
    const port = Number(new URL(url).port)
    const sockets: Socket[] = []
    const open = async (): Promise<void> => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      socket.setEncoding('latin1')
      socket.write('GET /notes/large HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n')
      await heard(socket, 'event: result')
    }
    const first = performance.now()
    const before = process.cpuUsage()
    await Promise.all(Array.from({ length: CLIENTS }, open))
    const opened = performance.now() - first
    const openedCpu = cpuSince(before)
    expect(live.statistics).toMatchObject({ subscriptions: CLIENTS, queries: 1 })
    const { runs } = live.statistics
    const told = sockets.map((socket) => heard(socket, 'event: patch'))
    const begin = performance.now()
    const atBegin = process.cpuUsage()
    await notes.add('second')
    await Promise.all(told)
    const time = performance.now() - begin
    expect(live.statistics.runs).toBe(runs + 1)
    if (process.env['LIVE_CLIENTS'] !== undefined)
      console.log(
        `${CLIENTS} clients: connected with a result in ${opened.toFixed()} ms (${openedCpu} ms of CPU, theirs included) by ${runs} runs; ` +
          `all told of a change in ${time.toFixed()} ms (${cpuSince(atBegin)} ms of CPU)`,
      )
    for (const socket of sockets) socket.destroy()
  })
})

/** Resolves once a text has come. */
function heard(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => {
    let received = ''
    const listen = (part: string): void => {
      received += part
      if (!received.includes(text)) return
      socket.off('data', listen)
      resolve()
    }
    socket.on('data', listen)
  })
}

function cpuSince(before: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(before)
  return ((user + system) / 1_000).toFixed()
}
