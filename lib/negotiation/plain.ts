import { JsonCircular } from '../web/index.js'

/** What stays as it is, because the form has it: dates, bytes … */
export type Keeps = (value: object) => boolean

const KEEPS_NOTHING: Keeps = () => false

/**
 * A value as JSON sees it, for forms that are not JSON: `toJSON` counts, what JSON leaves out is left out.
 *
 * @param value anything
 * @param keeps what stays as it is
 * @throws {CorbelError} CORBEL_JSON_CIRCULAR for what contains itself
 */
export function plainOf(value: unknown, keeps: Keeps = KEEPS_NOTHING): unknown {
  return new PlainCopy(keeps).of(value, '')
}

class PlainCopy {
  private readonly around: object[] = []
  private readonly path: string[] = []

  constructor(private readonly keeps: Keeps) {}

  of(given: unknown, key: string): unknown {
    const value = this.asWritten(given, key)
    if (typeof value === 'number' && !Number.isFinite(value)) return null
    if (typeof value !== 'object' || value === null) {
      return typeof value === 'function' || typeof value === 'symbol' ? undefined : value
    }
    if (this.keeps(value)) return value
    const target = this.around.indexOf(value)
    if (target !== -1)
      throw new JsonCircular({ path: spell(this.path), target: spell(this.path.slice(0, target)) })
    this.around.push(value)
    const copy = Array.isArray(value)
      ? value.map((item, index) => this.at(item, String(index)) ?? null)
      : this.members(value)
    this.around.pop()
    return copy
  }

  private members(value: object): object {
    const pairs = Object.entries(value).map(([name, item]) => [name, this.at(item, name)] as const)
    // fromEntries defines `__proto__` like any other name
    return Object.fromEntries(pairs.filter(([, item]) => item !== undefined))
  }

  private at(item: unknown, name: string): unknown {
    this.path.push(name)
    const copy = this.of(item, name)
    this.path.pop()
    return copy
  }

  private asWritten(value: unknown, key: string): unknown {
    if (typeof value !== 'object' || value === null || this.keeps(value)) return value
    const { toJSON } = value as { toJSON?: unknown }
    return typeof toJSON === 'function' ? (toJSON.call(value, key) as unknown) : value
  }
}

function spell(path: readonly string[]): string {
  return path.length === 0 ? 'the value itself' : path.join('.')
}
