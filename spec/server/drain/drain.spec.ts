import { drainRound } from './round.js'

describe.each(['http1', 'http2'] as const)('SIGTERM under load of %s', (protocol) => {
  it('loses no request that was accepted, and the process ends by itself', async () => {
    for (let round = 0; round < 4; round++) {
      const { lost, code, announced, answered } = await drainRound({
        protocol,
        idle: 10_000,
        signalAfter: 100 + 50 * round,
      })
      expect(lost).toEqual([])
      expect(code).toBe(0)
      expect(announced).toBeGreaterThan(0)
      expect(answered).toBeGreaterThan(100)
    }
  }, 240_000)
})
