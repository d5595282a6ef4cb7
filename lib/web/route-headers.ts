import { HeaderList, type HttpResponse } from '../http/index.js'

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
  /** True if some value is computed for each response, so that the prepared lists do not do. */
  readonly dynamic: boolean

  /**
   * @param declared by `@Header`, in order
   * @returns the same object for all routes that declare none
   */
  static of(declared: readonly DeclaredHeader[] | undefined): RouteHeaders {
    return declared === undefined ? NO_DECLARED : new RouteHeaders(declared)
  }

  private constructor(private readonly declared: readonly DeclaredHeader[]) {
    this.dynamic = declared.some(({ value }) => typeof value === 'function')
    this.empty = this.listFor(undefined)
    this.json = this.listFor(JSON_TYPE)
    this.text = this.listFor(TEXT_TYPE)
    this.bytes = this.listFor(BYTES_TYPE)
  }

  applyTo(response: HttpResponse): void {
    for (const { name, value } of this.declared)
      response.setHeader(name, typeof value === 'function' ? value() : value)
  }

  private listFor(type: string | undefined): HeaderList {
    const list = new HeaderList()
    if (type !== undefined) list.set('content-type', type)
    for (const { name, value } of this.declared) if (typeof value === 'string') list.set(name, value)
    return list.freeze()
  }
}

const NO_DECLARED = RouteHeaders.of([])
