import { HeaderList, type HttpResponse } from '../http/index.js'
import { addStandardHeaders, NO_STANDARD_HEADERS, type StandardHeaders } from './standard-headers.js'

/** What one `@Header` says. */
export interface DeclaredHeader {
  readonly name: string
  readonly value: string | (() => string)
}

export const JSON_TYPE = 'application/json; charset=utf-8'
export const TEXT_TYPE = 'text/plain; charset=utf-8'
export const BYTES_TYPE = 'application/octet-stream'

/** The headers of a route, made into complete lists at boot for each kind of result, so that engines render them once. */
export class RouteHeaders {
  readonly json: HeaderList
  readonly text: HeaderList
  readonly bytes: HeaderList
  readonly empty: HeaderList
  private eventList: HeaderList | undefined
  /** True if some value is computed for each response, so that the prepared lists do not do. */
  readonly dynamic: boolean

  /** Those for clients that use TLS; undefined if they are the same. */
  readonly secure: RouteHeaders | undefined

  /**
   * @param declared by `@Header`, in order; several of one name are joined where the name is `Link` or `Vary`, otherwise
   *   the last counts
   * @param standard what all answers of the route have
   * @returns the same object for all routes that declare none, and have the same standard ones
   */
  static of(
    declared: readonly DeclaredHeader[] | undefined,
    standard: StandardHeaders = NO_STANDARD_HEADERS,
  ): RouteHeaders {
    if (declared !== undefined) return new RouteHeaders(joined(joined(declared, 'link'), 'vary'), standard)
    const known = WITHOUT_DECLARED.get(standard) ?? new RouteHeaders([], standard)
    WITHOUT_DECLARED.set(standard, known)
    return known
  }

  private constructor(
    private readonly declared: readonly DeclaredHeader[],
    private readonly standard: StandardHeaders,
    private readonly isSecure = false,
  ) {
    this.secure =
      isSecure || standard.secure.length === 0 ? undefined : new RouteHeaders(declared, standard, true)
    this.dynamic = declared.some(({ value }) => typeof value === 'function')
    this.empty = this.listFor(undefined)
    this.json = this.listFor(JSON_TYPE)
    this.text = this.listFor(TEXT_TYPE)
    this.bytes = this.listFor(BYTES_TYPE)
  }

  /** Of streams of events. */
  get events(): HeaderList {
    return (this.eventList ??= eventHeaders(this.empty).freeze())
  }

  applyTo(response: HttpResponse): void {
    for (const { name, value } of this.declared) {
      const text = typeof value === 'function' ? value() : value
      // what middleware has said of it stays true
      if (name.toLowerCase() === 'vary') response.vary(text.split(',').map((one) => one.trim()))
      else response.setHeader(name, text)
    }
  }

  private listFor(type: string | undefined): HeaderList {
    const list = new HeaderList()
    if (type !== undefined) list.set('content-type', type)
    for (const { name, value } of this.declared) if (typeof value === 'string') list.set(name, value)
    addStandardHeaders(list, this.standard, this.isSecure)
    return list.freeze()
  }
}

/**
 * The headers of a stream of events.
 *
 * @param headers what the route or its handler says
 */
export function eventHeaders(headers: HeaderList): HeaderList {
  const list = headers.clone().set('content-type', 'text/event-stream')
  if (!list.has('cache-control')) list.set('cache-control', 'no-cache, no-transform')
  // proxies that buffer would hold events back
  if (!list.has('x-accel-buffering')) list.set('x-accel-buffering', 'no')
  return list
}

const WITHOUT_DECLARED = new WeakMap<StandardHeaders, RouteHeaders>()

/** `Link` and `Vary` are lists to which each declaration adds (RFC 8288 §3, RFC 9110 §12.5.5). */
function joined(declared: readonly DeclaredHeader[], list: 'link' | 'vary'): readonly DeclaredHeader[] {
  const own = declared.filter(({ name }) => name.toLowerCase() === list)
  if (own.length < 2) return declared
  const isFixed = own.every(({ value }) => typeof value === 'string')
  const write = (): string =>
    own.map(({ value }) => (typeof value === 'function' ? value() : value)).join(', ')
  return [
    ...declared.filter((one) => !own.includes(one)),
    { name: own[0]!.name, value: isFixed ? write() : write },
  ]
}
