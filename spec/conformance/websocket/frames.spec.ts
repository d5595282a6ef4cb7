import { startEcho, type Echo } from './echo.js'
import { close, closing, OP } from './frames.js'
import type { Peer } from './peer.js'
import type { Rule } from './rule.js'
import { webSocketRules } from './rules/index.js'
import { createWires, open } from './wires.js'

/** What is longer is not sent octet by octet. */
const SHORT = 2_000

const all = Object.values(webSocketRules).flat()

/** Checks all that was heard, to the last byte. */
async function verify(rule: Rule, peer: Peer): Promise<void> {
  if (rule.ending.kind === 'open') {
    await peer.heard(rule.frames.length)
    peer.write(close(1000, 'done'))
  }
  await peer.end()
  const [last] = peer.frames.slice(-1)
  const before = peer.frames.slice(0, -1)
  expect(before.map(({ opcode, final, rsv }) => [opcode, final, rsv])).toEqual(
    rule.frames.map(({ opcode }) => [opcode, true, 0]),
  )
  expect(before.filter(({ payload }, at) => !payload.equals(rule.frames[at]!.payload))).toEqual([])
  expect(last).toMatchObject({ opcode: OP.CLOSE, final: true, rsv: 0 })
  const { ending } = rule
  if (ending.kind === 'failed') {
    expect(ending.codes).toContain(last!.payload.readUInt16BE(0))
    // the reason is text
    new TextDecoder('utf-8', { fatal: true }).decode(last!.payload.subarray(2))
  } else
    expect(last!.payload.toString('hex')).toBe(
      (ending.kind === 'open' ? closing(1000) : ending.payload).toString('hex'),
    )
}

describe.each(createWires().map((wire) => ({ wire, name: wire.name })))(
  'WebSockets over $name',
  ({ wire }) => {
    let echo: Echo
    beforeAll(async () => void (echo = await startEcho(wire.tls)))
    afterAll(async () => {
      expect(echo.errors).toEqual([])
      wire.close()
      await echo.close()
    })

    describe.each(Object.entries(webSocketRules))('%s', (_, rules) => {
      it.each(rules)('$id $name ($source)', async (rule) => {
        const peer = await open(wire, echo.port)
        for (const step of rule.steps) peer.write(step)
        await verify(rule, peer)
        peer.leave()
      })
    })

    it('are the same in one write, whatever comes together', async () => {
      for (const rule of all) {
        const peer = await open(wire, echo.port)
        peer.write(Buffer.concat(rule.steps))
        await verify(rule, peer).catch((error: unknown) => {
          throw new Error(`${rule.id} ${rule.name}`, { cause: error })
        })
        peer.leave()
      }
    }, 120_000)

    it('are the same octet by octet', async () => {
      const short = all.filter(({ steps }) => steps.reduce((sum, step) => sum + step.length, 0) <= SHORT)
      const talk = async (rule: Rule): Promise<void> => {
        const peer = await open(wire, echo.port)
        await peer.writeOctets(Buffer.concat(rule.steps))
        await verify(rule, peer).catch((error: unknown) => {
          throw new Error(`${rule.id} ${rule.name}`, { cause: error })
        })
        peer.leave()
      }
      for (let at = 0; at < short.length; at += 20) await Promise.all(short.slice(at, at + 20).map(talk))
    }, 120_000)
  },
)
