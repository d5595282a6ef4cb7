import { applyPatch, type PatchOperation } from '../../lib/client/index.js'

/** The examples of RFC 6902, Appendix A, and what may go wrong. */
describe('a JSON Patch', () => {
  const apply = (document: unknown, ...patch: PatchOperation[]): unknown => applyPatch(document, patch)

  it.each<[string, unknown, PatchOperation, unknown]>([
    ['A.1', { foo: 'bar' }, { op: 'add', path: '/baz', value: 'qux' }, { foo: 'bar', baz: 'qux' }],
    ['A.2', { foo: [1, 3] }, { op: 'add', path: '/foo/1', value: 2 }, { foo: [1, 2, 3] }],
    ['A.3', { baz: 1, foo: 2 }, { op: 'remove', path: '/baz' }, { foo: 2 }],
    ['A.4', { foo: [1, 2, 3] }, { op: 'remove', path: '/foo/1' }, { foo: [1, 3] }],
    ['A.5', { baz: 1 }, { op: 'replace', path: '/baz', value: 'boo' }, { baz: 'boo' }],
    ['in an array', [1, 2, 3], { op: 'replace', path: '/1', value: 9 }, [1, 9, 3]],
    ['A.6', { a: { b: 1 }, c: {} }, { op: 'move', from: '/a/b', path: '/c/d' }, { a: {}, c: { d: 1 } }],
    ['A.7', [1, 2, 3, 4], { op: 'move', from: '/1', path: '/3' }, [1, 3, 4, 2]],
    ['copy', { a: { b: 1 } }, { op: 'copy', from: '/a', path: '/c' }, { a: { b: 1 }, c: { b: 1 } }],
    [
      'A.8',
      { a: { x: 1, y: [2] } },
      { op: 'test', path: '/a', value: { y: [2], x: 1 } },
      { a: { x: 1, y: [2] } },
    ],
    ['A.10', { foo: 1 }, { op: 'add', path: '/child', value: { a: {} } }, { foo: 1, child: { a: {} } }],
    ['A.14', { '/': 9, '~1': 10 }, { op: 'replace', path: '/~01', value: 1 }, { '/': 9, '~1': 1 }],
    ['A.16', { foo: ['bar'] }, { op: 'add', path: '/foo/-', value: ['x'] }, { foo: ['bar', ['x']] }],
    ['of all', { foo: 1 }, { op: 'replace', path: '', value: [1] }, [1]],
  ])('is applied: %s', (_, document, operation, expected) => {
    const before = structuredClone(document)
    expect(apply(document, operation)).toEqual(expected)
    expect(document).toEqual(before)
  })

  it.each<[string, unknown, PatchOperation]>([
    ['nothing to remove', {}, { op: 'remove', path: '/a' }],
    ['nothing to replace', [], { op: 'replace', path: '/0', value: 1 }],
    ['A.12: nothing to add to', { foo: 'bar' }, { op: 'add', path: '/baz/bat', value: 'qux' }],
    ['A.9', { baz: 'qux' }, { op: 'test', path: '/baz', value: 'bar' }],
    ['behind the end', [1], { op: 'add', path: '/2', value: 1 }],
    ['no index', [1], { op: 'add', path: '/x', value: 1 }],
    ['no pointer', {}, { op: 'add', path: 'x', value: 1 }],
    ['another operation', {}, { op: 'frobnicate', path: '' }],
    ['members of prototypes', {}, { op: 'add', path: '/constructor/prototype/x', value: 1 }],
    ['the prototype', {}, { op: 'add', path: '/__proto__/x', value: 1 }],
    ['a text', 'text', { op: 'add', path: '/x', value: 1 }],
  ])('that does not fit is refused: %s', (_, document, operation) => {
    expect(() => apply(document, operation)).toThrow(TypeError)
  })

  it('never reaches prototypes', () => {
    const patched = apply({}, { op: 'add', path: '/__proto__', value: { polluted: true } }) as object
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype)
    expect(Object.keys(patched)).toEqual(['__proto__'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
