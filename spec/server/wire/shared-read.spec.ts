import { Socket } from 'node:net'
import { UPGRADE } from '../../../lib/http/index.js'
import { borrowReads, SharedReader } from '../../../lib/server/wire/shared-read.js'
import { deferred, reply, start } from '../start.js'

const head = (length: number): string => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`

describe('the shared read buffer', () => {
  it('is there on this Node, and can be switched off', () => {
    const given = process.env['CORBEL_HTTP_ACCELERATE']
    try {
      delete process.env['CORBEL_HTTP_ACCELERATE']
      expect(SharedReader.create()).toBeInstanceOf(SharedReader)
      process.env['CORBEL_HTTP_ACCELERATE'] = '0'
      expect(SharedReader.create()).toBeUndefined()
    } finally {
      if (given === undefined) delete process.env['CORBEL_HTTP_ACCELERATE']
      else process.env['CORBEL_HTTP_ACCELERATE'] = given
    }
  })

  it.each([true, false])(
    'does not mix connections whose bodies are kept (accelerated: %s)',
    async (accelerated) => {
      process.env['CORBEL_HTTP_ACCELERATE'] = accelerated ? '1' : '0'
      const release = deferred()
      try {
        const { open } = await start(async (exchange) => {
          const body = await exchange.body.bytes(1 << 20)
          await release.promise
          reply(exchange, Buffer.from(body).toString('latin1'))
        })
        const clients = await Promise.all([1, 2, 3].map(open))
        // whole in one read, split inside of the head, split inside of the body
        const bodies = ['a', 'b', 'c'].map((letter) => letter.repeat(5000))
        clients[0]!.send(head(5000) + bodies[0]!)
        clients[1]!.send(head(5000).slice(0, 20))
        clients[2]!.send(head(5000) + bodies[2]!.slice(0, 100))
        clients[1]!.send(head(5000).slice(20) + bodies[1]!)
        clients[2]!.send(bodies[2]!.slice(100))
        release.resolve()
        const answers = await Promise.all(clients.map((client) => client.response()))
        expect(answers.map(({ body }) => body)).toEqual(bodies)
      } finally {
        delete process.env['CORBEL_HTTP_ACCELERATE']
      }
    },
  )

  it('gives sockets back with bytes of their own after an upgrade', async () => {
    const received: Buffer[] = []
    const done = deferred()
    const { open } = await start((exchange) => {
      const { socket, head: rest } = exchange.feature(UPGRADE)!.accept()
      received.push(Buffer.from(rest))
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk)
        if (Buffer.concat(received).toString() !== 'zeroonetwo') return
        socket.destroy()
        done.resolve()
      })
    })
    const client = await open()
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nzero')
    const other = await open()
    other.send('GET / HT')
    client.send('one')
    other.send('TP/1.1\r\n')
    client.send('two')
    await done.promise
    expect(Buffer.concat(received).toString()).toBe('zeroonetwo')
  })

  it('is lent to a new owner of the socket, if he asks for it', async () => {
    const received: string[] = []
    const buffers = new Set<Buffer>()
    const done = deferred()
    const { open } = await start(
      (exchange) => {
        const { socket } = exchange.feature(UPGRADE)!.accept()
        const upgraded = socket as Socket
        const borrows = borrowReads(upgraded, function (size, buffer) {
          expect(this).toBe(upgraded)
          buffers.add(buffer)
          received.push(buffer.toString('latin1', 0, size))
          if (received.join('') === 'onetwo') done.resolve()
          return true
        })
        expect(borrows).toBe(true)
        upgraded.on('error', () => undefined)
        upgraded.resume()
        upgraded.write('ready')
      },
      { accelerate: true },
    )
    const client = await open()
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n')
    await client.until(({ received }) => received.endsWith('ready'))
    client.send('one')
    client.send('two')
    await done.promise
    expect(buffers.size).toBe(1)
    client.destroy()
  })

  it('is lent to nobody who has never had it', () => {
    expect(borrowReads(new Socket(), () => true)).toBe(false)
  })
})
