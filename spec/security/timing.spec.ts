import { compare, mannWhitney } from './timing/compare.js'

describe('the comparison of times (npm run timing)', () => {
  it('takes samples of one kind for one, and finds a shift that averages would hide', () => {
    const even = Array.from({ length: 200 }, (_, index) => 10 + ((index * 7919) % 101) / 100)
    const same = Array.from({ length: 200 }, (_, index) => 10 + ((index * 104_729) % 101) / 100)
    expect(Math.abs(mannWhitney(even, same))).toBeLessThan(2)
    expect(mannWhitney(even, even)).toBe(0)
    // half of the spread, and a few slow rounds on the other side
    const shifted = even.map((value) => value + 0.5)
    expect(mannWhitney([...even, 500, 500, 500], shifted)).toBeLessThan(-4)
    expect(mannWhitney(shifted, even)).toBeGreaterThan(4)
  })

  it('asks both as often, in turns', async () => {
    const asked: string[] = []
    const question = { name: 'x', one: () => asked.push('one'), other: () => asked.push('other'), repeat: 2 }
    let clock = 0n
    const time = jest.spyOn(process.hrtime, 'bigint').mockImplementation(() => (clock += 1_500_000n))
    const result = await compare(question, 5)
    time.mockRestore()
    expect(asked.filter((one) => one === 'one')).toHaveLength(30)
    expect(asked).toHaveLength(60)
    expect(result).toEqual({ one: 1.5, other: 1.5, difference: 0, z: 0 })
  })
})
