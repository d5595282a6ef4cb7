import type { CanActivate, ExecutionContext } from '../pipeline/index.js'
import type { HttpContext } from '../web/index.js'
import { InputOperator } from './errors.js'

/** The options of `OperatorGuard`. */
export interface OperatorGuardOptions {
  /** Members that are allowed all the same: `['$ref']`. */
  readonly allow?: readonly string[]
}

/** What object databases (and parsers of queries) take for a path or a command, and what JavaScript takes for something else than a member. */
const SUSPECT = /^\$|\[\$|\.|\0|^__proto__$/

/**
 * Refuses input in which members have the names of operators (`{ "password": { "$ne": "" } }`, `?user[$gt]=`): for applications that
 * hand parts of it to MongoDB and the like. Bodies, queries and messages are looked at as they have come; typed and validated
 * parameters have no such members anyway.
 *
 * @example
 * app.useGlobalGuards(new OperatorGuard())
 */
export class OperatorGuard implements CanActivate {
  private readonly allowed: ReadonlySet<string>

  /** @param options see `OperatorGuardOptions` */
  constructor({ allow = [] }: OperatorGuardOptions = {}) {
    this.allowed = new Set(allow)
  }

  /**
   * @param context the call
   * @throws {CorbelError} CORBEL_INPUT_OPERATOR (400)
   */
  canActivate(context: ExecutionContext): boolean {
    for (const [place, value] of inputsOf(context)) {
      const path = this.find(value, place)
      if (path !== undefined) throw new InputOperator({ path })
    }
    return true
  }

  private find(root: unknown, place: string): string | undefined {
    const pending: (readonly [unknown, string])[] = [[root, place]]
    // a stack of its own: how deep input may be is not decided here
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [value, path] = next
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue
      for (const [key, one] of entriesOf(value)) {
        const inner = `${path}.${key.slice(0, 40)}`
        if (!Array.isArray(value) && SUSPECT.test(key) && !this.allowed.has(key)) return inner
        if (typeof one === 'object') pending.push([one, inner])
      }
    }
    return undefined
  }
}

function entriesOf(value: object): Iterable<[string, unknown]> {
  if (value instanceof Map) return [...value].map(([key, one]) => [String(key), one])
  return Object.entries(value)
}

function inputsOf(context: ExecutionContext): readonly (readonly [string, unknown])[] {
  switch (context.getType()) {
    case 'http': {
      const { body, query } = context as HttpContext
      return [
        ['query', query],
        ['body', body],
      ]
    }
    case 'ws':
      return [['message', context.switchToWs().getData()]]
    default:
      return [['message', context.getArgs()]]
  }
}
