import { setImmediate as turn } from 'node:timers/promises'
import { CallStorage } from '../../lib/common/index.js'
import { Witness } from '../support/memory.js'

describe('CallStorage', () => {
  it('keeps a value for what a call does, also later, and for nothing else', async () => {
    const user = new CallStorage<string>()
    const seen = await Promise.all(
      ['Ada', 'Grace'].map((name) =>
        user.run(name, async () => {
          await turn()
          return user.get()
        }),
      ),
    )
    expect(seen).toEqual(['Ada', 'Grace'])
    expect(user.get()).toBeUndefined()
  })

  it('does not mix up what several keep, in whatever order they are nested', () => {
    const [a, b] = [new CallStorage<number>(), new CallStorage<number>()]
    const seen = a.run(1, () =>
      b.run(2, () => [
        a.get(),
        b.get(),
        a.run(3, () => [a.get(), b.get(), b.run(4, () => [a.get(), b.get()])]),
      ]),
    )
    expect(seen).toEqual([1, 2, [3, 2, [3, 4]]])
  })

  it('keeps nothing of the calls around one that goes on for good', async () => {
    const [a, b] = [new CallStorage<object>(), new CallStorage<object>()]
    const witness = new Witness()
    // each step begins the next one and ends, as a job that plans itself again does
    await new Promise<void>((resolve) => {
      const step = (left: number): void => {
        const value = {}
        witness.see(value)
        if (left === 0) resolve()
        else a.run(value, () => b.run(value, () => setImmediate(() => step(left - 1))))
      }
      step(500)
    })
    expect(await witness.left()).toBeLessThan(10)
  })
})
