import { nextTurn, untilQuiet } from '../../lib/server/turns.js'

/** Lets others have the processor, as a busy machine does it: nothing of this process runs meanwhile. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** A port at which so many connections wait, of which one is accepted in each turn; some turns take long. */
function port(waiting: number, isStalled: (turn: number) => boolean) {
  let accepted = 0
  const accept = (): void => {
    if (accepted === waiting) return
    accepted++
    if (isStalled(accepted)) stall(250)
    setImmediate(accept)
  }
  setImmediate(accept)
  return () => accepted
}

describe('a port', () => {
  it('is quiet when all that waited there were accepted', async () => {
    const accepted = port(50, () => false)
    await untilQuiet(accepted, 0)
    expect(accepted()).toBe(50)
  })

  it('is no quieter because the machine has worked for others meanwhile', async () => {
    const accepted = port(50, (turn) => turn % 8 === 0)
    await untilQuiet(accepted, 0)
    expect(accepted()).toBe(50)
  })

  it('is given up where somebody comes in each turn', async () => {
    let isOver = false
    let turns = 0
    const come = (): void => {
      turns++
      if (!isOver) setImmediate(come)
    }
    come()
    await untilQuiet(() => turns, 0)
    isOver = true
    await nextTurn()
    expect(turns).toBeGreaterThan(1)
  })
})
