import { applyJsonPatch, mergePatch } from 'corbel/crud'
import { fc, SEED } from '../support/properties.js'

const document = { a: 1, list: ['x', 'y'], deep: { 'a/b': 1, 'm~n': 2 } }

describe('JSON Patch (RFC 6902)', () => {
  it.each([
    [[{ op: 'add', path: '/b', value: 2 }], { ...document, b: 2 }],
    [[{ op: 'add', path: '/list/1', value: 'z' }], { ...document, list: ['x', 'z', 'y'] }],
    [[{ op: 'add', path: '/list/-', value: 'z' }], { ...document, list: ['x', 'y', 'z'] }],
    [[{ op: 'remove', path: '/list/0' }], { ...document, list: ['y'] }],
    [[{ op: 'replace', path: '/list/1', value: 'z' }], { ...document, list: ['x', 'z'] }],
    [[{ op: 'move', from: '/a', path: '/b' }], { list: document.list, deep: document.deep, b: 1 }],
    [[{ op: 'copy', from: '/list', path: '/b' }], { ...document, b: ['x', 'y'] }],
    [[{ op: 'test', path: '/deep', value: { 'm~n': 2, 'a/b': 1 } }], document],
    [[{ op: 'replace', path: '/deep/a~1b', value: 3 }], { ...document, deep: { 'a/b': 3, 'm~n': 2 } }],
    [[{ op: 'replace', path: '/deep/m~0n', value: 3 }], { ...document, deep: { 'a/b': 1, 'm~n': 3 } }],
    [[{ op: 'replace', path: '', value: 3 }], 3],
  ])('applies %j', (patch, expected) => {
    const before = structuredClone(document)
    expect(applyJsonPatch(document, patch)).toEqual(expected)
    expect(document).toEqual(before)
  })

  it.each([
    'no list',
    [null],
    [{ op: 'add', path: '/b' }],
    [{ op: 'spell', path: '/a' }],
    [{ op: 'remove', path: '/nothing' }],
    [{ op: 'replace', path: '/nothing', value: 1 }],
    [{ op: 'add', path: '/list/3', value: 1 }],
    [{ op: 'add', path: '/list/01', value: 1 }],
    [{ op: 'add', path: '/list/-1', value: 1 }],
    [{ op: 'add', path: 'a', value: 1 }],
    [{ op: 'add', path: '/a~2', value: 1 }],
    [{ op: 'add', path: '/a/b', value: 1 }],
    [{ op: 'add', path: '/__proto__/polluted', value: 1 }],
    [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }],
    [{ op: 'move', from: '/deep', path: '/deep/x' }],
    [{ op: 'remove', path: '' }],
    [{ op: 'copy', path: '/b' }],
    Array.from({ length: 101 }, () => ({ op: 'test', path: '/a', value: 1 })),
    Array.from({ length: 11 }, () => ({ op: 'copy', from: '/list', path: '/list/-' })),
  ])('refuses %j', (patch) => {
    expect(() => applyJsonPatch(document, patch)).toThrow(
      expect.objectContaining({ code: 'CORBEL_JSON_PATCH_INVALID' }),
    )
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('says which test does not hold', () => {
    const patch = [
      { op: 'test', path: '/a', value: 1 },
      { op: 'test', path: '/a', value: '1' },
    ]
    expect(() => applyJsonPatch(document, patch)).toThrow(
      expect.objectContaining({ code: 'CORBEL_JSON_PATCH_TEST', problem: { index: 1 } }),
    )
  })
})

describe('JSON Merge Patch (RFC 7396)', () => {
  // Appendix A
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j and %j: %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected)
  })

  it('is the same when it is applied again, and never reaches a prototype', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const once = mergePatch(target, patch)
        expect(mergePatch(once, patch)).toEqual(once)
      }),
      { seed: SEED, numRuns: 200 },
    )
    const result = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}')) as object
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
