import { createServer } from 'node:http'
import type { SeenRequest } from './rule.js'
import { MemoryClient } from './memory.js'

/** What a server has made of an input: the requests that were whole, and whether it refused the rest. */
export interface Verdict {
  readonly requests: readonly Pick<SeenRequest, 'method' | 'target' | 'body'>[]
  readonly refused: boolean
}

/** Has `node:http`, in its strict mode, judge inputs, each on a connection of its own. */
export async function judgeByNode(inputs: readonly string[]): Promise<Verdict[]> {
  const logs = new Map<unknown, Verdict['requests'][number][]>()
  const server = createServer({ insecureHTTPParser: false }, (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('error', () => undefined)
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('latin1')
      logs.get(request.socket)?.push({ method: request.method!, target: request.url!, body })
      response.end('answer')
    })
  })
  const refused = new Set<unknown>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code !== 'HPE_INVALID_EOF_STATE') refused.add(socket)
    // not at once: requests before it have still to be handed over
    setImmediate(() => socket.destroy())
  })
  const verdicts: Verdict[] = []
  for (const [i, input] of inputs.entries()) {
    const socket = new MemoryClient(i)
    logs.set(socket, [])
    socket.on('error', () => undefined)
    server.emit('connection', socket)
    socket.feed(input)
    for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve))
    const answers = [...socket.received.matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status]) => Number(status))
    verdicts.push({
      requests: logs.get(socket)!,
      refused: refused.has(socket) || answers.some((status) => status >= 400),
    })
    socket.destroy()
  }
  server.close()
  return verdicts
}
