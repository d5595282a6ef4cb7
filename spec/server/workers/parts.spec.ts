import { PassThrough } from 'node:stream'
import { CrashPolicy, joinLog } from '../../../lib/server/index.js'

describe('CrashPolicy', () => {
  it('waits twice as long each time, up to a limit', () => {
    const policy = new CrashPolicy({ firstDelay: 100, longestDelay: 500 })
    expect([1, 2, 3, 4, 5].map(() => policy.ended(1000))).toEqual([100, 200, 400, 500, 500])
  })

  it('begins anew after a worker that was ready for long enough', () => {
    const policy = new CrashPolicy({ firstDelay: 100, stableAfter: 5_000 })
    policy.ended(1)
    expect(policy.ended(1)).toBe(200)
    expect(policy.ended(5_000)).toBe(100)
    expect(policy.ended(1)).toBe(200)
  })

  it('tells a loop by ends in a row before being ready', () => {
    const policy = new CrashPolicy({ mostBootCrashes: 2 })
    policy.ended(undefined)
    policy.ended(3)
    policy.ended(undefined)
    expect(policy.isLoop).toBe(false)
    policy.ended(undefined)
    expect([policy.isLoop, policy.bootCrashesInARow]).toEqual([true, 2])
  })
})

describe('joinLog', () => {
  async function joined(...pieces: string[]): Promise<string> {
    const source = new PassThrough()
    const target = new PassThrough()
    joinLog(source, target, 3)
    for (const piece of pieces) source.write(piece)
    source.end()
    await new Promise((resolve) => source.once('end', resolve))
    return String(target.read() ?? '')
  }

  it('puts the number of the worker in front of each line, however the text comes in', async () => {
    expect(await joined('one\ntw', 'o\n', '\nthree')).toBe('[3] one\n[3] two\n[3] \n[3] three\n')
  })

  it('makes it a member of lines that are JSON objects', async () => {
    const text = await joined('{"level":"log","message":"{}"}\n')
    expect(JSON.parse(text)).toEqual({ worker: 3, level: 'log', message: '{}' })
    expect(await joined('{}\n{"open\n')).toBe('[3] {}\n[3] {"open\n')
  })

  it('does not take characters apart, nor keep a line that never ends', async () => {
    const bytes = Buffer.from('ä\n')
    const source = new PassThrough()
    const target = new PassThrough()
    joinLog(source, target, 1)
    source.write(bytes.subarray(0, 1))
    source.end(bytes.subarray(1))
    await new Promise((resolve) => source.once('end', resolve))
    expect(String(target.read())).toBe('[1] ä\n')
    expect(await joined('x'.repeat(70_000))).toBe(`[3] ${'x'.repeat(70_000)}\n`)
  })

  it('writes nothing where nothing comes', async () => {
    expect(await joined()).toBe('')
  })
})
