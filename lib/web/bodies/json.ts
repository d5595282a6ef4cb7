import { decodeText } from './charset.js'
import { BodyMalformed, BodyTooDeep } from './errors.js'

/**
 * Parses JSON, and refuses keys that would reach a prototype when the object is copied by assignment, and values so deep
 * that code which walks them would run out of stack.
 *
 * @param bytes the body
 * @param charset UTF-8 or UTF-16
 * @param depth levels of objects and lists
 * @throws {CorbelError} CORBEL_BODY_MALFORMED, CORBEL_BODY_TOO_DEEP (both 400)
 */
export function parseJson(bytes: Uint8Array, charset: string, depth: number): unknown {
  const source = decodeText(bytes, charset, 'JSON')
  if (mayBeDeeper(source, depth) && depthOf(source) > depth) throw new BodyTooDeep({ limit: depth })
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (error) {
    throw new BodyMalformed({ type: 'JSON', reason: jsonReason(error as SyntaxError) })
  }
  // such a key needs either its name or an escape in the text: all other bodies pay for a few searches only
  if (PROTOTYPE_KEYS.some((key) => source.includes(key)) || source.includes('\\u'))
    refusePrototypeKeys(value, 'JSON')
  return value
}

/** What the text of a body holds if one of its keys reaches a prototype. */
export const PROTOTYPE_KEYS = ['__proto__', 'constructor']

/**
 * Refuses keys that reach a prototype when what has them is merged into another object: `__proto__`, and `prototype` in
 * `constructor`.
 *
 * @param root a parsed body
 * @param type of the body, for the message
 * @throws {CorbelError} CORBEL_BODY_MALFORMED (400)
 */
export function refusePrototypeKeys(root: unknown, type: string): void {
  const key = prototypeKeyIn(root)
  if (key !== undefined) throw new BodyMalformed({ type, reason: `the key "${key}" is not allowed.` })
}

/** Where it broke, without quoting the client's data back. */
function jsonReason(error: SyntaxError): string {
  const position = /at position (\d+)/.exec(error.message)?.[1]
  return position === undefined ? 'it ends too early.' : `unexpected character at position ${position}.`
}

/** Nothing is deeper than it has opening brackets: nearly all bodies are done with a few searches. */
function mayBeDeeper(source: string, depth: number): boolean {
  if (source.length <= 2 * depth) return false
  let count = 0
  for (let at = source.indexOf('['); at !== -1; at = source.indexOf('[', at + 1))
    if (++count > depth) return true
  for (let at = source.indexOf('{'); at !== -1; at = source.indexOf('{', at + 1))
    if (++count > depth) return true
  return false
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

function depthOf(source: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at)
    if (code === QUOTE) at = endOfString(source, at + 1)
    // { and [, } and ]
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return deepest
}

function endOfString(source: string, from: number): number {
  let at = from
  for (; at < source.length; at += 1) {
    const code = source.charCodeAt(at)
    if (code === BACKSLASH) at += 1
    else if (code === QUOTE) break
  }
  return at
}

function prototypeKeyIn(root: unknown): string | undefined {
  const pending: unknown[] = [root]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next)) continue
    const has = (key: string): boolean => (next instanceof Map ? next.has(key) : Object.hasOwn(next, key))
    if (has('__proto__')) return '__proto__'
    if (has('constructor')) {
      const own = next instanceof Map ? next.get('constructor') : next.constructor
      const reaches =
        own instanceof Map
          ? own.has('prototype')
          : typeof own === 'object' && own !== null && Object.hasOwn(own, 'prototype')
      if (reaches) return 'constructor.prototype'
    }
    // one by one: as arguments of a call, a long list would not fit on the stack
    for (const value of next instanceof Map ? next.values() : Object.values(next)) pending.push(value)
  }
  return undefined
}
