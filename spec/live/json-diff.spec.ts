import { array, assert, integer, jsonValue, nat, oneof, property, record } from 'fast-check'
import { diffJson } from 'corbel/live'
import { applyJsonPatch } from '../../lib/crud/patch/json-patch.js'
import { LiveResult } from '../../lib/live/live-result.js'

describe('the difference of two JSON values', () => {
  it.each([
    ['equal values', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['a changed member', { a: 1, b: 2 }, { a: 1, b: 3 }, [{ op: 'replace', path: '/b', value: 3 }]],
    ['a new member', { a: 1 }, { a: 1, b: null }, [{ op: 'add', path: '/b', value: null }]],
    ['a member that is gone', { a: 1, b: 2 }, { b: 2 }, [{ op: 'remove', path: '/a' }]],
    [
      'names with signs of pointers',
      { 'a/b~c': 1 },
      { 'a/b~c': 2 },
      [{ op: 'replace', path: '/a~1b~0c', value: 2 }],
    ],
    ['another kind of value', { a: [] }, { a: {} }, [{ op: 'replace', path: '/a', value: {} }]],
    ['the whole', 1, 2, [{ op: 'replace', path: '', value: 2 }]],
    ['a new first item', [2, 3], [1, 2, 3], [{ op: 'add', path: '/0', value: 1 }]],
    ['a first item that is gone', [1, 2, 3], [2, 3], [{ op: 'remove', path: '/0' }]],
    [
      'an item that is gone, and one that has changed',
      [{ id: 1 }, { id: 2, n: 1 }, { id: 3 }, { id: 4 }],
      [{ id: 2, n: 2 }, { id: 3 }, { id: 4 }],
      [
        { op: 'remove', path: '/1' },
        { op: 'replace', path: '/0/id', value: 2 },
        { op: 'add', path: '/0/n', value: 2 },
      ],
    ],
    [
      'items here and there',
      [1, 2, 3, 4, 5],
      [1, 3, 4, 9, 5],
      [
        { op: 'add', path: '/4', value: 9 },
        { op: 'remove', path: '/1' },
      ],
    ],
  ])('is that of %s', (_, from, to, steps) => {
    expect(diffJson(from, to)).toEqual(steps)
  })

  it('turns any value into any other', () => {
    assert(
      property(jsonValue({ maxDepth: 4 }), jsonValue({ maxDepth: 4 }), (a, b) => {
        const [from, to] = JSON.parse(JSON.stringify([a, b])) as [unknown, unknown]
        const steps = diffJson(from, to)
        expect(steps === undefined ? to : applyJsonPatch(from, steps)).toEqual(to)
      }),
      { numRuns: 300 },
    )
  })

  it('turns any list into any other, by at most a hundred steps', () => {
    const lists = array(oneof(integer({ min: 0, max: 5 }), record({ id: nat(3), n: nat(3) })), {
      maxLength: 80,
    })
    assert(
      property(lists, lists, (from, to) => {
        const steps = diffJson(from, to)
        if (steps === undefined) return
        expect(steps.length).toBeLessThanOrEqual(100)
        expect(applyJsonPatch(from, steps)).toEqual(to)
      }),
      { numRuns: 300 },
    )
  })

  it('is not looked for where there would be too many steps', () => {
    const numbers = Array.from({ length: 101 }, (_, index) => index)
    expect(
      diffJson(
        numbers,
        numbers.map((one) => one + 1000),
      ),
    ).toBeUndefined()
  })

  it('is found in long lists, too', () => {
    const before = Array.from({ length: 5_000 }, (_, id) => ({ id }))
    const after = before.with(2_500, { id: -1 })
    expect(diffJson(before, after)).toEqual([{ op: 'replace', path: '/2500/id', value: -1 }])
    const shifted = [{ id: -1 }, ...before.slice(0, -1)]
    const steps = diffJson(before, shifted)
    expect(steps === undefined ? shifted : applyJsonPatch(before, steps)).toEqual(shifted)
  })
})

describe('a result', () => {
  const long = (change: string) => JSON.stringify({ change, filler: 'x'.repeat(500) })

  it('has one version for the same text', () => {
    expect(new LiveResult('[1]').version).toBe(new LiveResult('[1]').version)
    expect(new LiveResult('[1]').version).not.toBe(new LiveResult('[2]').version)
  })

  it('is described by a patch only where that is smaller', () => {
    expect(new LiveResult('[2]').patchFrom(new LiveResult('[1]'))).toBeUndefined()
    expect(new LiveResult(long('b')).patchFrom(new LiveResult(long('a')))).toBe(
      '[{"op":"replace","path":"/change","value":"b"}]',
    )
  })

  it.each([
    ['numbers that JavaScript cannot hold', '{"id":9007199254740993,', '{"id":9007199254740992,'],
    ['another spelling of the same', '{"id": 1,', '{"id":1,'],
    ['what is no JSON', '{"id":1,,', '{"id":2,,'],
    ['a name that comes twice', '{"id":1,"id":2,', '{"id":3,"id":2,'],
  ])('is sent as a whole for %s', (_, before, after) => {
    const rest = long('a').slice(1)
    expect(new LiveResult(after + rest).patchFrom(new LiveResult(before + rest))).toBeUndefined()
  })
})
