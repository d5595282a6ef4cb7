import { createHash } from 'node:crypto'
import { diffJson } from './json-diff.js'

/** Of longer results no patches are made, in characters: reading both of them again would cost more than it saves. */
const LONGEST_PATCHED = 256 * 1_024

/** What one run of a live query has given. All who get it share what is made of it. */
export class LiveResult {
  /** Equal for equal results, in all processes. */
  readonly version: string
  private patch: { readonly from: LiveResult; readonly json: string | undefined } | undefined
  private readonly made = new Map<string, Uint8Array>()

  /** @param json the result */
  constructor(readonly json: string) {
    this.version = createHash('sha256').update(json).digest('base64url').slice(0, 22)
  }

  /**
   * What turns an older result into this one.
   *
   * @param older the one before
   * @returns a JSON Patch (RFC 6902) as JSON; undefined where it is not smaller than the result, or not exactly the same
   */
  patchFrom(older: LiveResult): string | undefined {
    if (this.patch?.from !== older) this.patch = { from: older, json: patchBetween(older.json, this.json) }
    return this.patch.json
  }

  /**
   * Bytes that are made once for all who get them.
   *
   * @param name of the form
   * @param make called for the first
   */
  encoded(name: string, make: () => Uint8Array): Uint8Array {
    let bytes = this.made.get(name)
    if (bytes === undefined) this.made.set(name, (bytes = make()))
    return bytes
  }
}

function patchBetween(older: string, newer: string): string | undefined {
  if (older.length > LONGEST_PATCHED || newer.length > LONGEST_PATCHED) return undefined
  const [from, to] = [read(older), read(newer)]
  if (from === undefined || to === undefined) return undefined
  const steps = diffJson(from.value, to.value)
  if (steps === undefined || steps.length === 0) return undefined
  const patch = JSON.stringify(steps)
  return patch.length < newer.length ? patch : undefined
}

/** Numbers that JavaScript cannot hold would be changed by a patch: such a result is only sent as a whole. */
function read(json: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return JSON.stringify(value) === json ? { value } : undefined
  } catch {
    // a handler may call something JSON that is none
    return undefined
  }
}
