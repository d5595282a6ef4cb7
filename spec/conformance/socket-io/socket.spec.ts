import type { Socket } from 'socket.io'
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from 'corbel/websocket'
import { startGateways, type Subject } from './application.js'
import { PacketClient, PollingClient, SEPARATOR } from './clients.js'

const PATH = '/socket.io/?EIO=4&transport=websocket'
/** No machine is too slow for these. */
const CALM = { pingInterval: 25_000, pingTimeout: 20_000, maxHttpBufferSize: 1e6 }

const open: PacketClient[] = []
let subject: Subject | undefined
afterEach(async () => {
  for (const client of open.splice(0)) client.close()
  await subject?.close()
  subject = undefined
})

/** A session of Engine.IO, without any namespace. */
async function session(options: object = CALM): Promise<PacketClient> {
  subject = await startGateways(options)
  return another()
}

async function another(): Promise<PacketClient> {
  const client = PacketClient.to(subject!.url, PATH)
  open.push(client)
  expect(await client.next()).toMatch(/^0\{/)
  return client
}

/** A client of the main namespace. */
async function connected(options: object = CALM): Promise<PacketClient> {
  const client = await session(options)
  client.send('40')
  await client.next()
  await client.next()
  return client
}

describe('Socket.IO 5: a client connects', () => {
  it('to the main namespace', async () => {
    const client = await session()
    client.send('40')
    const answer = (await client.next()) as string
    expect(answer).toMatch(/^40\{"sid":"[\w-]{20}"\}$/)
    expect(await client.next()).toBe('42["auth",{}]')
  })

  it('with what it says of itself', async () => {
    const client = await session()
    client.send('40{"token":"123"}')
    expect(await client.next()).toMatch(/^40\{"sid":/)
    expect(await client.next()).toBe('42["auth",{"token":"123"}]')
  })

  it('to a namespace', async () => {
    const client = await session()
    client.send('40/custom,')
    expect(await client.next()).toMatch(/^40\/custom,\{"sid":"[\w-]{20}"\}$/)
    expect(await client.next()).toBe('42/custom,["auth",{}]')
  })

  it('to a namespace, with what it says of itself', async () => {
    const client = await session()
    client.send('40/custom,{"token":"abc"}')
    expect(await client.next()).toMatch(/^40\/custom,\{"sid":/)
    expect(await client.next()).toBe('42/custom,["auth",{"token":"abc"}]')
  })

  it('to several at a time', async () => {
    const client = await session()
    client.send('40')
    client.send('40/custom,{"a":1}')
    const heard = [await client.next(), await client.next(), await client.next(), await client.next()].map(
      String,
    )
    expect(heard.filter((one) => one.startsWith('42')).sort()).toEqual([
      '42/custom,["auth",{"a":1}]',
      '42["auth",{}]',
    ])
    const sids = heard.filter((one) => one.startsWith('40')).map((one) => /"sid":"([^"]+)"/.exec(one)?.[1])
    expect(new Set(sids).size).toBe(2)
  })

  it('to no namespace that nobody knows', async () => {
    const client = await session()
    client.send('40/random')
    expect(await client.next()).toBe('44/random,{"message":"Invalid namespace"}')
    // the session is as good as before
    client.send('40/custom,')
    expect(await client.next()).toMatch(/^40\/custom,/)
  })

  it('with a packet that is one', async () => {
    const client = await session()
    client.send('4abc')
    await client.closed()
  })

  it('before it sends', async () => {
    const client = await session()
    client.send('42["message",1,2]')
    await client.closed()
  })

  it('in time', async () => {
    const client = await session({ ...CALM, connectTimeout: 50 })
    expect(await client.closed()).toEqual([])
  })

  it('by polling, too', async () => {
    subject = await startGateways(CALM)
    const client = await PollingClient.open(`${subject.url}/socket.io/?EIO=4&transport=polling`)
    await client.post(`40{"token":"123"}${SEPARATOR}40/custom,`)
    let heard = ''
    while (heard.split(SEPARATOR).length < 4) heard += (heard === '' ? '' : SEPARATOR) + (await client.poll())
    const packets = heard.split(SEPARATOR)
    expect(packets).toContain('42["auth",{"token":"123"}]')
    expect(packets).toContain('42/custom,["auth",{}]')
    await client.post('42["message",1,"κόσμε"]')
    expect(await client.poll()).toBe('42["message-back",1,"κόσμε"]')
  })
})

describe('Socket.IO 5: a client disconnects', () => {
  it('from the main namespace, and the session goes on: it may come again', async () => {
    const client = await connected()
    client.send('41')
    client.send('40/custom,')
    expect([await client.next(), await client.next()]).toEqual([
      expect.stringMatching(/^40\/custom,\{"sid":/),
      '42/custom,["auth",{}]',
    ])
    client.send('40')
    expect([await client.next(), await client.next()]).toEqual([
      expect.stringMatching(/^40\{"sid":/),
      '42["auth",{}]',
    ])
  })

  it('from one namespace, and stays in the other', async () => {
    const client = await connected()
    client.send('40/custom,')
    await client.next()
    await client.next()
    client.send('41/custom,')
    client.send('42["message",1,2]')
    expect(await client.next()).toBe('42["message-back",1,2]')
  })

  it('and is not answered after that', async () => {
    const client = await connected()
    client.send('41')
    client.send('40/custom,')
    await client.find('42/custom,')
    client.send('42["message",1,2]')
    expect(await client.closed()).toEqual([])
  })
})

describe('Socket.IO 5: a message', () => {
  it('is text', async () => {
    const client = await connected()
    client.send('42["message",1,"2",{"3":[true]}]')
    expect(await client.next()).toBe('42["message-back",1,"2",{"3":[true]}]')
  })

  it('is bytes', async () => {
    const client = await connected()
    client.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
    client.send(Uint8Array.of(1, 2, 3))
    client.send(Uint8Array.of(4, 5, 6))
    expect(await client.next()).toBe(
      '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
    )
    expect(await client.next()).toEqual(Buffer.from([1, 2, 3]))
    expect(await client.next()).toEqual(Buffer.from([4, 5, 6]))
  })

  it('is text and bytes, some of them deep inside', async () => {
    const client = await connected()
    client.send('451-["message","a",{"b":[{"_placeholder":true,"num":0}]}]')
    client.send(Uint8Array.of(7))
    expect(await client.next()).toBe('451-["message-back","a",{"b":[{"_placeholder":true,"num":0}]}]')
    expect(await client.next()).toEqual(Buffer.from([7]))
  })

  it('is acknowledged', async () => {
    const client = await connected()
    client.send('42456["message-with-ack",1,"2",{"3":[false]}]')
    expect(await client.next()).toBe('43456[1,"2",{"3":[false]}]')
  })

  it('is acknowledged with bytes', async () => {
    const client = await connected()
    client.send('452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
    client.send(Uint8Array.of(1, 2, 3))
    client.send(Uint8Array.of(4, 5, 6))
    expect(await client.next()).toBe('462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
    expect(await client.next()).toEqual(Buffer.from([1, 2, 3]))
    expect(await client.next()).toEqual(Buffer.from([4, 5, 6]))
  })

  it('that nobody knows means nothing', async () => {
    const client = await connected()
    client.send('42["nobody",1]')
    client.send('42["message",1,2]')
    expect(await client.next()).toBe('42["message-back",1,2]')
  })

  it.each([
    ['of a type that is none', '4abc'],
    ['whose payload is no list', '42{}'],
    ['whose payload is no JSON', '42["message"'],
    ['whose list is empty', '42[]'],
    ['whose name is no text', '42[{"a":1}]'],
    ['with a reserved name', '42["disconnecting"]'],
    ['with an acknowledgement that has no number', '42abc["message-with-ack",1,"2",{"3":[false]}]'],
    ['with more bytes than a thousand attachments', '45100000-["message"]'],
    ['with a number of attachments that is none', '45a-["message"]'],
    ['of a server', '44{"message":"x"}'],
  ])('%s closes the connection', async (_name, packet) => {
    const client = await connected()
    client.send(packet)
    await client.closed()
    // and nobody else's
    const other = await another()
    other.send('40')
    expect(await other.next()).toMatch(/^40\{/)
  })

  it('bytes that belong to nothing close the connection', async () => {
    const client = await connected()
    client.send(Uint8Array.of(1, 2, 3))
    await client.closed()
  })

  it('text among the bytes of another closes the connection', async () => {
    const client = await connected()
    client.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
    client.send('42["message",1,2]')
    await client.closed()
  })

  it('a placeholder that stands for nothing closes the connection', async () => {
    const client = await connected()
    client.send('451-["message",{"_placeholder":true,"num":5}]')
    client.send(Uint8Array.of(1))
    await client.closed()
  })
})

/** Methods of all shapes. */
@WebSocketGateway()
class Shapes {
  @SubscribeMessage('one') one(@MessageBody() value: unknown) {
    return value
  }
  @SubscribeMessage('none') none(@MessageBody() value: unknown) {
    return { isNothing: value === undefined }
  }
  @SubscribeMessage('ask') async ask(@ConnectedSocket() client: Socket) {
    const answer: unknown = await client.timeout(50_000).emitWithAck('asked', 1)
    return { answer }
  }
  @SubscribeMessage('impatient') async impatient(@ConnectedSocket() client: Socket) {
    return client
      .timeout(20)
      .emitWithAck('asked')
      .catch((error: Error) => error.message)
  }
  @SubscribeMessage('flags') flags(@ConnectedSocket() client: Socket) {
    client.volatile.emit('volatile', 1)
    client.compress(true).emit('compressed', 'a'.repeat(2000))
    client.compress(false).emit('plain', 3)
  }
}

describe('Socket.IO 5: a gateway', () => {
  const start = async (options: object = CALM): Promise<PacketClient> => {
    subject = await startGateways(options, [Shapes])
    const client = await another()
    client.send('40')
    await client.next()
    return client
  }

  it.each(['null', 'false', '0', '""', '[]', '[1,[2]]', '{"a":null}', '"κόσμε 𝄞"'])(
    'gets and acknowledges %s as it is',
    async (value) => {
      const client = await start()
      client.send(`421["one",${value}]`)
      // nothing is said of nothing: it cannot be told from a method that answers by itself
      if (value === 'null') client.send('422["one",1]')
      expect(await client.next()).toBe(value === 'null' ? '432[1]' : `431[${value}]`)
    },
  )

  it('gets undefined where nothing was sent', async () => {
    const client = await start()
    client.send('421["none"]')
    expect(await client.next()).toBe('431[{"isNothing":true}]')
  })

  it('asks its clients, and waits for the answer', async () => {
    const client = await start()
    client.send('427["ask"]')
    const asked = (await client.next()) as string
    expect(asked).toMatch(/^42\d+\["asked",1\]$/)
    client.send(`43${/^42(\d+)/.exec(asked)![1]}["fine"]`)
    expect(await client.next()).toBe('437[{"answer":"fine"}]')
  })

  it('does not wait for ever', async () => {
    const client = await start()
    client.send('428["impatient"]')
    await client.find('42')
    expect(await client.next()).toBe('438["operation has timed out"]')
  })

  it('sends with flags', async () => {
    const client = await start()
    client.send('42["flags"]')
    expect(await client.next()).toBe('42["volatile",1]')
    expect(await client.next()).toBe(`42["compressed","${'a'.repeat(2000)}"]`)
    expect(await client.next()).toBe('42["plain",3]')
  })
})
