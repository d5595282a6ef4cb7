// What counting costs: node --import @oxc-node/core/register spec/websocket/analytics-cost.ts
// Two servers, with and without the module, answer the same messages in turns; compared is the CPU time of each.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { createApp, Module } from '../../lib/index.js'
import {
  MessageBody,
  SubscribeMessage,
  WebSocketAnalyticsModule,
  WebSocketGateway,
} from '../../lib/websocket/index.js'

const CLIENTS = 16
const IN_FLIGHT = 32
const MESSAGES = 100_000
const ROUNDS = 9

@WebSocketGateway()
class Echo {
  @SubscribeMessage('echo') echo(@MessageBody() data: unknown) {
    return data
  }
}

async function serve(isCounted: boolean): Promise<void> {
  class Root {}
  Module({ imports: isCounted ? [WebSocketAnalyticsModule] : [], providers: [Echo] })(Root)
  const app = await createApp(Root, { logger: false })
  await app.listen(0, '127.0.0.1')
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send!(user + system)
  })
  process.send!(await app.getUrl())
}

async function open(isCounted: boolean): Promise<{ child: ChildProcess; sockets: WebSocket[] }> {
  const child = fork(fileURLToPath(import.meta.url), [isCounted ? 'on' : 'off'])
  const [url] = (await once(child, 'message')) as [string]
  const sockets = Array.from({ length: CLIENTS }, () => new WebSocket(url.replace('http', 'ws')))
  await Promise.all(sockets.map((socket) => once(socket, 'open')))
  return { child, sockets }
}

async function cpu(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [micros] = (await once(child, 'message')) as [number]
  return micros
}

async function round({ child, sockets }: Awaited<ReturnType<typeof open>>): Promise<number> {
  const before = await cpu(child)
  const text = JSON.stringify({ event: 'echo', data: { text: 'x'.repeat(64) }, id: 1 })
  const each = MESSAGES / CLIENTS
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let sent = 0
          let got = 0
          const send = (): void => {
            if (sent++ < each) socket.send(text)
          }
          socket.removeAllListeners('message')
          socket.on('message', () => {
            if (++got === each) resolve()
            else send()
          })
          for (let n = 0; n < IN_FLIGHT; n++) send()
        }),
    ),
  )
  return ((await cpu(child)) - before) / MESSAGES
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!

if (process.argv[2] === undefined) {
  const off = await open(false)
  const on = await open(true)
  for (const one of [off, on]) await round(one)
  const costs: { off: number[]; on: number[] } = { off: [], on: [] }
  for (let n = 0; n < ROUNDS; n++) {
    costs.off.push(await round(off))
    costs.on.push(await round(on))
  }
  const [without, counted] = [median(costs.off), median(costs.on)]
  console.log(
    `CPU of the server per message: ${without.toFixed(2)} µs without, ${counted.toFixed(2)} µs counted (+${(counted - without).toFixed(2)} µs, ${((counted / without - 1) * 100).toFixed(1)} %); medians of ${ROUNDS} rounds of ${MESSAGES} messages`,
  )
  for (const { child, sockets } of [off, on]) {
    for (const socket of sockets) socket.terminate()
    child.kill()
  }
} else await serve(process.argv[2] === 'on')
