import { PreparedBroadcast } from '../../lib/websocket/index.js'

describe('what goes to many', () => {
  it.each([
    ['said', { text: 'hello' }],
    ['a "quoted\\" name', 'ä'],
    ['', [1, 2]],
    ['","data":', null],
  ])('has its event %j and its data as text', (event, data) => {
    const broadcast = PreparedBroadcast.event(event, data)
    expect(broadcast.event).toBe(event)
    expect(JSON.parse(broadcast.data!)).toEqual(data)
    expect(JSON.parse(String(broadcast.content))).toEqual({ event, data })
  })

  it('has no data where none were given', () => {
    const broadcast = PreparedBroadcast.event('ping', undefined)
    expect([broadcast.event, broadcast.data]).toEqual(['ping', undefined])
  })

  it('is encoded once, and once for each offset', () => {
    const broadcast = PreparedBroadcast.event('said', 'ä')
    expect(broadcast.message).toBe(broadcast.message)
    const first = broadcast.withOffset('a1')
    expect(broadcast.withOffset('a1')).toBe(first)
    expect(JSON.parse(Buffer.from(first.payload).toString())).toEqual({
      event: 'said',
      data: 'ä',
      offset: 'a1',
    })
    expect(broadcast.withOffset('a"2')).not.toBe(first)
    expect(JSON.parse(Buffer.from(broadcast.withOffset('a"2').payload).toString())).toMatchObject({
      offset: 'a"2',
    })
  })

  it('is left as it is where it is no event', () => {
    const broadcast = new PreparedBroadcast('{"event":"x"}', false)
    expect([broadcast.event, broadcast.data]).toEqual([undefined, undefined])
    expect(broadcast.withOffset('1')).toBe(broadcast.message)
  })
})
