import { collectGarbage } from '../../support/memory.js'
import { attacks, perform } from './attacks.js'
import { Http2Client } from './client.js'
import { corbelSubject } from './corbel-subject.js'
import { CODE, data, reset } from './frames.js'
import { get, post } from './rule.js'
import type { Subject } from './subjects.js'

/** What an attack may leave in memory while its connection lasts, in bytes; the client's own notes are part of it. */
const LEFT = 32 << 20

const used = () => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('a client that means harm', () => {
  let subject: Subject
  beforeAll(async () => void (subject = await corbelSubject()))
  afterAll(() => subject.close())

  it.each(attacks)('gets nowhere by $name ($source)', async (attack) => {
    const client = await Http2Client.open(subject.port)
    const requests = subject.watch(client.socket.localPort!)
    await collectGarbage()
    const before = used()
    try {
      const { took, gone, codes, statuses } = await perform(attack, client)
      await collectGarbage()
      expect(used() - before).toBeLessThan(LEFT)
      if (attack.seen !== undefined) expect(requests.length).toBeLessThanOrEqual(attack.seen)
      if (attack.outcome === 'calm') {
        expect({ took, gone, codes }).toMatchObject(
          codes.length === 0 && attack.deaf
            ? { gone: true }
            : { codes: expect.arrayContaining([CODE.ENHANCE_YOUR_CALM]) as unknown },
        )
      }
      if (attack.outcome === 'refused') {
        expect(
          codes.length + statuses.filter((status) => status >= 400).length,
          String(gone),
        ).toBeGreaterThan(0)
      }
    } finally {
      client.destroy()
    }
    // others are answered as ever
    const other = await Http2Client.open(subject.port)
    other.send(get())
    await other.until('the answer to another client', () => other.stream(1).ended)
    expect(other.status(1)).toBe(200)
    other.destroy()
  })

  it('leaves no error behind', () => {
    expect(subject.errors).toEqual([])
  })
})

describe('a client that means no harm', () => {
  let subject: Subject
  beforeAll(async () => void (subject = await corbelSubject()))
  afterAll(() => subject.close())

  it('may cancel a request now and then', async () => {
    const client = await Http2Client.open(subject.port)
    for (let i = 0; i < 100; i++) {
      const id = 2 * i + 1
      client.send(get(id, i % 10 === 0 ? '/hang' : '/'))
      if (i % 10 === 0) client.send(reset(id))
      else await client.until('an answer', () => client.stream(id).ended)
    }
    expect(client.goaway).toBeUndefined()
    client.destroy()
  })

  it('may ask twenty times whether the server is there', async () => {
    const client = await Http2Client.open(subject.port)
    for (let i = 0; i < 20; i++) await client.roundTrip()
    expect(client.goaway).toBeUndefined()
    client.destroy()
  })

  it('may send a body in many small frames', async () => {
    const client = await Http2Client.open(subject.port)
    client.send(post(), ...Array.from({ length: 5_000 }, () => data(1, 'x')), data(1, '', { end: true }))
    await client.until('the answer', () => client.stream(1).ended)
    expect(client.stream(1).body).toBe('x'.repeat(5_000))
    client.destroy()
  })
})
