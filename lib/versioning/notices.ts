import type { MaybePromise } from '../common/index.js'
import { isPromise } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import type { Step } from '../pipeline/index.js'
import type { HttpContext } from '../web/index.js'
import type { DeprecationInfo } from './deprecation.js'

/** The first call of a client to a deprecated route. */
export interface DeprecationNotice {
  /** `GET /v1/cats/:id` */
  readonly route: string
  readonly version: string | undefined
  readonly client: string
  readonly deprecation: DeprecationInfo
  readonly request: HttpRequest
}

/** Where notices go. */
export interface NoticeOptions {
  /** Writes a line; undefined for none. */
  readonly log: ((message: string) => void) | undefined
  /** Told of each notice; what it throws is logged, and harms no request. */
  readonly onUse: ((notice: DeprecationNotice) => MaybePromise<unknown>) | undefined
  readonly onError: (error: unknown) => void
  readonly client: (request: HttpRequest) => string
  /** How many pairs of route and client are remembered; those beyond are not told. */
  readonly limit: number
}

/** Tells once for each client that it calls what is deprecated, in bounded memory. */
export class DeprecationNotices {
  private readonly told = new Set<string>()
  private isFull = false

  constructor(private readonly options: NoticeOptions) {}

  /**
   * The step of one route. It runs after the guards: who is turned away makes no noise.
   *
   * @param route for people
   * @param version of the route
   * @param deprecation of the route
   */
  stepFor(
    route: string,
    version: string | undefined,
    deprecation: DeprecationInfo,
  ): Step<HttpContext> | undefined {
    const { log, onUse, client } = this.options
    if (log === undefined && onUse === undefined) return undefined
    return {
      kind: 'before',
      name: 'note the use of what is deprecated',
      run: ({ request }) => {
        const who = client(request)
        if (!this.isFirst(`${route}\n${who}`)) return
        log?.(lineOf(route, who, deprecation))
        this.tell({ route, version, client: who, deprecation, request })
      },
    }
  }

  private isFirst(key: string): boolean {
    if (this.isFull || this.told.has(key)) return false
    this.told.add(key)
    if (this.told.size < this.options.limit) return true
    this.isFull = true
    this.options.log?.(
      `${this.options.limit} uses of what is deprecated are told; those of further clients are not.`,
    )
    return true
  }

  private tell(notice: DeprecationNotice): void {
    const { onUse, onError } = this.options
    try {
      const told = onUse?.(notice)
      if (isPromise(told)) told.then(undefined, onError)
    } catch (error) {
      onError(error)
    }
  }
}

function lineOf(
  route: string,
  client: string,
  { since, sunset, successor, message }: DeprecationInfo,
): string {
  const end = sunset === undefined ? '' : ` and goes on ${sunset.slice(0, 10)}`
  const advice = [successor === undefined ? undefined : `Its successor is ${successor}.`, message]
  return [
    `${JSON.stringify(client)} calls ${route}, which is deprecated since ${since.slice(0, 10)}${end}.`,
    ...advice.filter((one) => one !== undefined),
  ].join(' ')
}
