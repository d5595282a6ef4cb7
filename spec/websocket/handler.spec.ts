import {
  Inject,
  Injectable,
  Param,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '../../lib/index.js'
import { RawSocket, SubscribeMessage, WebSocketGateway, WebSocketHandler } from '../../lib/websocket/index.js'
import { Bench, signal } from './serve.js'

const bench = new Bench()
afterEach(() => bench.end())

@WebSocketHandler('/echo')
class Echo {
  onMessage(socket: RawSocket, message: string | Buffer) {
    socket.send(message)
  }
}

describe('a handler of bare WebSockets', () => {
  it('gets text as text and bytes as bytes, and sends them so', async () => {
    const { url } = await bench.serve([Echo])
    const client = await bench.connect(`${url}/echo`)
    client.socket.send('"text"')
    client.socket.send(Buffer.from([0, 255, 128]))
    client.socket.send('')
    expect(await client.messages(3)).toEqual(['text', Buffer.from([0, 255, 128]), ''])
    await expect(bench.connect(`${url}/other`)).rejects.toThrow('404')
  })

  it('answers by what it returns: text, bytes, later, or one after the other', async () => {
    @WebSocketHandler()
    class Answering {
      onMessage(_: RawSocket, message: string | Buffer) {
        switch (String(message)) {
          case 'text':
            return '"text"'
          case 'later':
            return Promise.resolve(Buffer.from('later'))
          case 'nothing':
            return Promise.resolve()
          default:
            return (async function* () {
              yield '1'
              await Promise.resolve()
              yield '2'
            })()
        }
      }
    }
    const { url } = await bench.serve([Answering])
    const client = await bench.connect(url)
    client.socket.send('text')
    expect(await client.messages(1)).toEqual(['text'])
    client.socket.send('nothing')
    client.socket.send('later')
    expect((await client.messages(2))[1]).toEqual(Buffer.from('later'))
    client.socket.send('many')
    expect((await client.messages(4)).slice(2)).toEqual([1, 2])
  })

  it('may be a conversation: all messages of a client, and what is yielded', async () => {
    const over = signal<string>()
    @WebSocketHandler()
    class Talk {
      async *onMessages(messages: AsyncIterable<string | Buffer>) {
        try {
          for await (const message of messages) {
            if (String(message) === '"bye"') return
            yield `"${String(message).length}"`
          }
        } finally {
          over.resolve('over')
        }
      }
    }
    const { url } = await bench.serve([Talk])
    const client = await bench.connect(url)
    for (const text of ['a', 'bb', 'ccc']) client.socket.send(text)
    expect(await client.messages(3)).toEqual(['1', '2', '3'])
    client.socket.send('"bye"')
    expect(await client.end()).toEqual({ code: 1000, reason: '' })
    expect(await over.promise).toBe('over')
  })

  it('ends a conversation where the client goes away', async () => {
    const over = signal()
    @WebSocketHandler()
    class Talk {
      async onMessages(messages: AsyncIterable<string | Buffer>, socket: RawSocket) {
        for await (const message of messages) socket.send(message)
        over.resolve()
      }
    }
    const { url } = await bench.serve([Talk])
    const client = await bench.connect(url)
    client.socket.send('"a"')
    expect(await client.messages(1)).toEqual(['a'])
    client.socket.terminate()
    await over.promise
  })

  it('reads no more of a client whose conversation is slower than it sends, and loses nothing', async () => {
    const start = signal()
    const seen: number[] = []
    const all = signal()
    @WebSocketHandler()
    class Slow {
      async onMessages(messages: AsyncIterable<string | Buffer>) {
        await start.promise
        for await (const message of messages) {
          seen.push(Number(message))
          if (seen.length === 500) all.resolve()
        }
      }
    }
    const { url } = await bench.serve([Slow])
    const client = await bench.connect(url)
    for (let i = 0; i < 500; i++) client.socket.send(String(i))
    start.resolve()
    await all.promise
    expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => i))
  })

  it('hears of connections, and of their end', async () => {
    const heard: unknown[] = []
    const closed = signal()
    @WebSocketHandler('/rooms/:room', { protocols: ['v2', 'v1'] })
    class Hooks {
      async onOpen(socket: RawSocket) {
        await Promise.resolve()
        socket.data['room'] = socket.handshake.params['room']
        heard.push(['open', socket.protocol])
        socket.send('"welcome"')
      }
      onMessage(socket: RawSocket) {
        heard.push(['message', socket.data['room']])
        socket.close(4000, 'enough')
      }
      onClose(socket: RawSocket, code: number, reason: string) {
        heard.push(['close', code, reason, socket.connected])
        closed.resolve()
        throw new Error('of onClose')
      }
    }
    const { url, errors } = await bench.serve([Hooks])
    const client = await bench.connect(`${url}/rooms/caf%C3%A9%20x`, {}, ['v1'])
    client.socket.send('a')
    expect(await client.end()).toEqual({ code: 4000, reason: 'enough' })
    await closed.promise
    expect(client.received).toEqual(['welcome'])
    expect(heard).toEqual([
      ['open', 'v1'],
      ['message', 'café x'],
      ['close', 4000, 'enough', false],
    ])
    expect(errors).toContainEqual(expect.objectContaining({ message: 'of onClose' }))
  })

  it('is told when a slow client has taken what was sent', async () => {
    const drained = signal()
    @WebSocketHandler('/', { deflate: false })
    class Flood {
      onMessage(socket: RawSocket) {
        const block = Buffer.alloc(1024 * 1024)
        // however much the system takes
        while (socket.send(block));
      }
      onDrain() {
        drained.resolve()
      }
    }
    const { url } = await bench.serve([Flood])
    const client = await bench.connect(url)
    client.socket.send('go')
    await drained.promise
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  })

  it('has guards, dependencies, and parameters of the request in front of its connections', async () => {
    @Injectable()
    class Words {
      readonly hello = 'hello'
    }
    @Injectable()
    class HasKey implements CanActivate {
      canActivate(context: ExecutionContext) {
        return context.switchToWs().getClient<RawSocket>().handshake.headers['x-key'] === 'yes'
      }
    }
    const heard: string[] = []
    @UseGuards(HasKey)
    @WebSocketHandler('/:name')
    class Guarded {
      constructor(private readonly words: Words) {}
      onOpen(@Param('name') name: string) {
        heard.push(name)
      }
      onMessage() {
        return JSON.stringify(this.words.hello)
      }
    }
    const { url } = await bench.serve([Words, HasKey, Guarded])
    const client = await bench.connect(`${url}/ada`, { headers: { 'x-key': 'yes' } })
    client.socket.send('a')
    expect(await client.messages(1)).toEqual(['hello'])
    const refused = await bench.connect(`${url}/eve`)
    refused.socket.send('a')
    expect(await refused.end()).toEqual({ code: 1008, reason: 'not admitted' })
    expect(refused.received).toEqual([])
    expect(heard).toEqual(['ada'])
  })

  it('may be made for each connection', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Counter {
      count = 0
    }
    @WebSocketHandler('/count', { scope: Scope.REQUEST })
    class Counting {
      constructor(@Inject(Counter) private readonly counter: Counter) {}
      onMessage() {
        return String(++this.counter.count)
      }
    }
    const { url } = await bench.serve([Counter, Counting])
    const [a, b] = [await bench.connect(`${url}/count`), await bench.connect(`${url}/count`)]
    a.socket.send('')
    a.socket.send('')
    expect(await a.messages(2)).toEqual([1, 2])
    b.socket.send('')
    expect(await b.messages(1)).toEqual([1])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'breaks off',
      async function* () {
        yield '1'
        await Promise.resolve()
        throw new Error('broken')
      },
    ],
    [
      'throws what is no error',
      () => {
        // eslint-disable-next-line typescript/only-throw-error -- what users may do
        throw undefined
      },
    ],
  ])('that %s ends that connection alone, with 1011', async (_, fails) => {
    @WebSocketHandler()
    class Failing {
      onMessage(_socket: RawSocket, message: string | Buffer) {
        return String(message) === 'fail' ? (fails() as string) : '"good"'
      }
    }
    const { url, errors } = await bench.serve([Failing])
    const [bad, good] = [await bench.connect(url), await bench.connect(url)]
    bad.socket.send('fail')
    expect((await bad.end()).code).toBe(1011)
    good.socket.send('a')
    expect(await good.messages(1)).toEqual(['good'])
    expect(errors.length).toBeGreaterThan(0)
  })

  it('whose conversation fails ends it with 1011', async () => {
    @WebSocketHandler('/soon')
    class Soon {
      onMessages(): AsyncIterable<string> {
        throw new Error('soon')
      }
    }
    @WebSocketHandler('/later')
    class Later {
      async onMessages(messages: AsyncIterable<string | Buffer>) {
        for await (const message of messages) throw new Error(String(message))
      }
    }
    const { url, errors } = await bench.serve([Soon, Later])
    expect((await (await bench.connect(`${url}/soon`)).end()).code).toBe(1011)
    const client = await bench.connect(`${url}/later`)
    client.socket.send('later')
    expect((await client.end()).code).toBe(1011)
    for (const message of ['soon', 'later'])
      expect(errors).toContainEqual(expect.objectContaining({ message }))
  })

  it('has limits and handshake options of its own', async () => {
    @WebSocketHandler('/small', {
      limits: { maxMessageSize: 4 },
      deflate: false,
      origins: ['https://a.example'],
    })
    class Small {
      onMessage(socket: RawSocket, message: string | Buffer) {
        socket.send(message)
      }
    }
    const { url } = await bench.serve([Small, Echo])
    const small = await bench.connect(`${url}/small`, { origin: 'https://a.example' })
    expect(small.socket.extensions).toBe('')
    small.socket.send('12345')
    expect((await small.end()).code).toBe(1009)
    await expect(bench.connect(`${url}/small`, { origin: 'https://b.example' })).rejects.toThrow('403')
    const echo = await bench.connect(`${url}/echo`)
    echo.socket.send('12345')
    expect(await echo.messages(1)).toEqual([12_345])
  })

  it('works on no more messages of a client than it may', async () => {
    const gate = signal()
    let running = 0
    let most = 0
    const full = signal()
    @WebSocketHandler('/', { maxPending: 2 })
    class Busy {
      async onMessage() {
        most = Math.max(most, ++running)
        if (running === 2) full.resolve()
        await gate.promise
        running--
        return '1'
      }
    }
    const { url } = await bench.serve([Busy])
    const client = await bench.connect(url)
    client.socket.send('a')
    client.socket.send('a')
    await full.promise
    client.socket.send('b')
    client.socket.send('b')
    gate.resolve()
    await client.messages(4)
    expect(most).toBe(2)
  })

  it('stands beside gateways, and says goodbye when the application closes', async () => {
    @WebSocketGateway({ path: '/chat' })
    class Chat {
      @SubscribeMessage('a') a() {
        return 'a'
      }
    }
    const { app, url } = await bench.serve([Echo, Chat])
    const [echo, chat] = [await bench.connect(`${url}/echo`), await bench.connect(`${url}/chat`)]
    expect(await chat.emit('a').messages(1)).toEqual(['a'])
    expect(JSON.stringify(app.describe())).toContain('"adapter":"raw"')
    await app.close()
    expect([(await echo.end()).code, (await chat.end()).code]).toEqual([1001, 1001])
  })

  it('tells mistakes at boot', async () => {
    @WebSocketHandler()
    class Deaf {}
    await expect(bench.serve([Deaf])).rejects.toThrow(/CORBEL_WS_HANDLER[^]*Deaf[^]*onMessage/)
    @WebSocketHandler('/echo')
    class Second extends Echo {}
    await expect(bench.serve([Echo, Second])).rejects.toThrow('CORBEL_WS_PATH_TAKEN')
  })
})

describe('paths of handlers', () => {
  @WebSocketHandler('/talk')
  class Talk {
    onMessage() {}
  }
  @WebSocketHandler('/rooms/:room')
  class Rooms {
    onMessage() {}
  }

  const refused = (providers: readonly unknown[], message: RegExp) =>
    expect(bench.serve(providers)).rejects.toThrow(message)

  it('are one handler’s each, whatever parameters are called', async () => {
    @WebSocketHandler('talk')
    class Again {
      onMessage() {}
    }
    @WebSocketHandler('/rooms/:name')
    class Named {
      onMessage() {}
    }
    await refused([Talk, Again], /CORBEL_WS_PATH_TAKEN[^]*handler Talk: Again would never/)
    await refused([Rooms, Named], /CORBEL_WS_PATH_TAKEN[^]*\/rooms\/:name[^]*handler Rooms: Named/)
    await bench.serve([Talk, Rooms])
  })

  it('are no gateway’s, which would never be reached', async () => {
    @WebSocketGateway({ path: '/talk' })
    class Gateway {}
    @WebSocketGateway({ path: '/rooms', namespace: ':name' })
    class Same {}
    @WebSocketGateway({ path: '/rooms', namespace: 'red' })
    class Inside {}
    @WebSocketGateway({ path: '/socket.io' })
    class Beside {}
    await expect(bench.serve([Talk, Gateway])).rejects.toMatchObject({ code: 'CORBEL_WS_PATH_TAKEN' })
    await refused([Talk, Gateway], /handler Talk: Gateway would/)
    await refused([Rooms, Same], /handler Rooms: Same would/)
    await refused([Rooms, Inside], /\/rooms\/red are for the handler Rooms: Inside/)
    await bench.serve([Talk, Rooms, Beside])
  })
})
