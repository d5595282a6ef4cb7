import { Awaited, Deadline } from '../../../lib/server/h1/deadline.js'

/** A deadline with a request timeout of 1 s on a clock that ticks every 100 ms. */
function make(requestTimeout = 1000) {
  const clock = { now: 0 }
  const deadline = new Deadline(clock, requestTimeout, 60_000)
  const tick = (times: number): Awaited => {
    let missed = Awaited.Nothing
    for (let i = 0; i < times && missed === Awaited.Nothing; i++)
      missed = deadline.missed((clock.now += 100), 100)
    return missed
  }
  return { deadline, tick }
}

describe('the time of a whole request', () => {
  it('is that of its head and that of its body together', () => {
    const { deadline, tick } = make()
    expect(tick(20)).toBe(Awaited.Nothing)
    deadline.set(Awaited.Head, 60_000)
    expect(tick(4)).toBe(Awaited.Nothing)
    deadline.set(Awaited.Body, 60_000)
    expect(tick(5)).toBe(Awaited.Nothing)
    expect(tick(1)).toBe(Awaited.WholeRequest)
  })

  it('is not told twice', () => {
    const { deadline, tick } = make()
    deadline.set(Awaited.Body, 60_000)
    expect(tick(10)).toBe(Awaited.WholeRequest)
    expect(tick(9)).toBe(Awaited.Nothing)
  })

  it('begins anew with the next one', () => {
    const { deadline, tick } = make()
    for (let i = 0; i < 5; i++) {
      deadline.set(Awaited.Body, 60_000)
      expect(tick(9)).toBe(Awaited.Nothing)
      deadline.requestOver()
    }
  })

  it('does not run while nothing is waited for, however short that was', () => {
    const { deadline, tick } = make()
    for (let i = 0; i < 50; i++) {
      deadline.set(Awaited.Nothing, Infinity)
      deadline.set(Awaited.Body, 60_000)
      expect(tick(1)).toBe(Awaited.Nothing)
    }
    deadline.set(Awaited.Nothing, Infinity)
    expect(tick(50)).toBe(Awaited.Nothing)
    deadline.set(Awaited.Body, 60_000)
    // the tick that the wait ended in is not counted, either
    expect(tick(10)).toBe(Awaited.Nothing)
    expect(tick(1)).toBe(Awaited.WholeRequest)
  })

  it('is not bounded by 0', () => {
    const { deadline, tick } = make(0)
    deadline.set(Awaited.Body, 60_000)
    expect(tick(500)).toBe(Awaited.Nothing)
    expect(tick(100)).toBe(Awaited.Body)
  })
})
