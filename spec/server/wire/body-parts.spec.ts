import { BodyParts } from '../../../lib/server/wire/body-parts.js'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const text = (part: Uint8Array | undefined) => part && Buffer.from(part).toString('latin1')

describe('the parts of a body', () => {
  it('are joined while they are small, and stay in order', () => {
    const parts = new BodyParts()
    const pieces = ['a', 'b', 'x'.repeat(600), 'c', 'd', 'y'.repeat(511), 'e']
    for (const piece of pieces) parts.push(bytes(piece))
    expect(parts.size).toBe(pieces.join('').length)
    expect(text(parts.takeAll())).toBe(pieces.join(''))
    expect(parts.size).toBe(0)
    expect(parts.takeAll()).toHaveLength(0)
  })

  it('are few, however many pieces they came in', () => {
    const parts = new BodyParts()
    for (let i = 0; i < 20_000; i++) parts.push(bytes(String(i % 10)))
    let count = 0
    while (parts.shift() !== undefined) count++
    expect(count).toBeLessThanOrEqual(6)
    expect(parts.size).toBe(0)
  })

  it('that were taken do not change when more comes', () => {
    const parts = new BodyParts()
    for (const piece of ['a', 'b', 'c']) parts.push(bytes(piece))
    expect([text(parts.shift()), text(parts.shift())]).toEqual(['a', 'bc'])
    const taken: (Uint8Array | undefined)[] = []
    for (const piece of ['d', 'e', 'f', 'g']) {
      parts.push(bytes(piece))
      taken.push(parts.shift())
    }
    expect(taken.map(text)).toEqual(['d', 'e', 'f', 'g'])
  })

  it('are kept as they came if they are large, or alone', () => {
    const parts = new BodyParts()
    const [small, large] = [bytes('small'), bytes('l'.repeat(512))]
    parts.push(small)
    parts.push(large)
    expect([parts.shift(), parts.shift()]).toEqual([small, large])
  })
})
