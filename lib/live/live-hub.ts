import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import { Logger, type AfterCommit } from '../core/index.js'
import { decodeUtf8, isPromise } from '../common/index.js'
import { pathOf, type HttpEndpoint, type WebFeature } from '../web/index.js'
import { LiveResultUnusable, LiveTimeout, LiveUnknown } from './errors.js'
import { failureOf, isRefusal, isTemporary, type LiveFailure } from './failure.js'
import { Invalidations } from './invalidations.js'
import { keyText, KeyIndex, type LiveKey } from './keys.js'
import type { LiveCall } from './live-call.js'
import { LiveExchange } from './live-exchange.js'
import { LiveQuery, type LiveSubscriber } from './live-query.js'
import { LiveResult } from './live-result.js'
import type { LiveSettings } from './options.js'
import type { LiveOrigin } from './origin.js'
import { RunQueue } from './run-queue.js'
import { Subscriptions } from './subscriptions.js'

/** A live query as it is declared. */
export interface LiveRoute {
  /** Another one for each route. */
  readonly number: number
  /** Keys that are known at boot. */
  readonly keys: readonly string[]
  /** See `LiveDeclaration`. */
  readonly share: ((caller: LiveCaller) => string | undefined) | undefined
  readonly patch: boolean
}

/** Who asks for a live query, for whoever decides which clients share runs. */
export interface LiveCaller {
  /** Path and query. */
  readonly url: string
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly address: string
}

/** A subscription to end. */
export interface LiveSubscription {
  readonly route: LiveRoute
  close(): void
}

const LONGEST_RETRY_MS = 60_000

/** All live queries of an application: who depends on what, and what runs when. */
export class LiveHub {
  readonly routes = new Map<HttpEndpoint, LiveRoute>()
  readonly subscriptions = new Subscriptions(() => this.settings)
  /** Set before anything subscribes. */
  settings!: LiveSettings
  web: WebFeature | undefined
  /** How to wait for the end of transactions. */
  afterCommit: readonly AfterCommit[] = []
  private readonly logger = new Logger('LiveQueries')
  private readonly queries = new Map<string, LiveQuery>()
  private readonly index = new KeyIndex<LiveQuery>()
  private queue!: RunQueue
  private invalidations: Invalidations | undefined
  private refreshing: NodeJS.Timeout | undefined
  /** Runs so far. */
  runs = 0

  /** Takes what is known once the application is built. */
  async open(settings: LiveSettings, web: WebFeature | undefined): Promise<void> {
    this.settings = settings
    this.web = web
    this.queue = new RunQueue(settings, (query) => this.run(query))
    this.invalidations = new Invalidations(settings.pubSub, {
      changed: (keys) => this.changed(keys),
      lost: () => this.refresh(),
    })
    await this.invalidations.open()
    if (settings.refresh > 0) this.refreshing = setInterval(() => this.refresh(), settings.refresh).unref()
  }

  /** Runs nothing any more; who is subscribed is told by the connections that end. */
  async close(): Promise<void> {
    this.subscriptions.isStopping = true
    clearInterval(this.refreshing)
    for (const query of this.queries.values()) this.queue.drop(query)
    await this.invalidations?.close()
  }

  /** How many queries there are, told apart by request and client. */
  get size(): number {
    return this.queries.size
  }

  /** Says that something has changed, once the transaction of the running code is committed. */
  async invalidate(keys: readonly LiveKey[]): Promise<void> {
    const texts = keys.map(keyText)
    if (texts.length === 0) return
    const tell = (): void => this.invalidations?.tell(texts)
    for (const after of this.afterCommit) return after(tell)
    tell()
  }

  /** Says that entities were written, which is committed already. */
  written(keys: readonly string[]): void {
    this.invalidations?.tell(keys)
  }

  /** Runs everything again. */
  refresh(): void {
    for (const query of this.queries.values()) this.queue.want(query)
  }

  /**
   * Lets somebody have the result of a query, and its changes.
   *
   * @param url path and query
   * @param subscriber gets them
   * @param known where it leads, if that is known already
   * @throws {CorbelError} CORBEL_LIVE_UNKNOWN (404), CORBEL_LIVE_LIMIT (429), CORBEL_LIVE_BUSY, CORBEL_LIVE_STOPPING (503)
   */
  subscribe(url: string, subscriber: LiveSubscriber, known?: LiveRoute): LiveSubscription {
    const route = known ?? this.routeOf(url, subscriber.origin)
    if (route === undefined) throw new LiveUnknown({ url: pathOf(url) })
    const shared = sharedBy(url, route, subscriber.origin)
    const name = shared ?? `${subscriber.origin.identity} ${url}`
    this.subscriptions.add(subscriber)
    let query = this.queries.get(name)
    if (query === undefined) {
      query = new LiveQuery(name, url, [...route.keys, pathOf(url)], shared !== undefined)
      this.queries.set(name, query)
      for (const key of query.fixed) this.watch(query, key)
    }
    query.add(subscriber)
    this.queue.want(query)
    const own = query
    return { route, close: () => this.leave(own, subscriber) }
  }

  private routeOf(url: string, origin: LiveOrigin): LiveRoute | undefined {
    if (!url.startsWith('/') || this.web === undefined) return undefined
    const exchange = new LiveExchange(url, origin, undefined, this.settings.maxResult, false)
    const route = this.web.handler.contextOf(exchange).routeFor('GET')
    return route && this.routes.get(route.endpoint)
  }

  private leave(query: LiveQuery, subscriber: LiveSubscriber): void {
    if (!query.remove(subscriber)) return
    this.subscriptions.remove(subscriber)
    if (!query.isEmpty) return
    this.queries.delete(query.name)
    this.queue.drop(query)
    for (const key of query.keys) this.index.remove(key, query)
  }

  private watch(query: LiveQuery, key: string): void {
    if (query.isDropped || query.keys.has(key)) return
    query.keys.add(key)
    this.index.add(key, query)
  }

  private changed(keys: readonly string[]): void {
    for (const key of keys) for (const query of this.index.of(key)) this.queue.want(query)
  }

  /** @returns milliseconds after which it has to be tried again; undefined where it has not */
  private async run(query: LiveQuery): Promise<number | undefined> {
    const { asker, runs: run } = query
    if (asker === undefined) return undefined
    this.runs += 1
    const met = new Set(query.fixed)
    const call: LiveCall = {
      watch: (keys) => {
        // at once: what changes while the handler still works counts
        for (const key of keys) {
          met.add(key)
          this.watch(query, key)
        }
      },
    }
    // who is there already has not asked again
    const isCounted = query.waitingFor(run).length > 0
    const outcome = await this.ask(query.url, asker.origin, call, isCounted)
    if (query.isDropped) return undefined
    if (!(outcome instanceof LiveResult))
      return query.isShared && isRefusal(outcome)
        ? this.refused(query, outcome, asker)
        : this.failed(query, outcome, run)
    for (const key of query.keys) {
      if (met.has(key)) continue
      query.keys.delete(key)
      this.index.remove(key, query)
    }
    try {
      query.take(outcome, run)
    } catch (error) {
      this.logger.error(`A result of ${pathOf(query.url)} cannot be sent`, error)
    }
    return undefined
  }

  private async ask(
    url: string,
    origin: LiveOrigin,
    call: LiveCall,
    isCounted: boolean,
  ): Promise<LiveResult | LiveFailure> {
    const { maxResult, runTimeout } = this.settings
    const exchange = new LiveExchange(url, origin, call, maxResult, isCounted)
    const timer = setTimeout(
      () => exchange.abort(new LiveTimeout({ url: pathOf(url), time: runTimeout })),
      runTimeout,
    )
    try {
      const handling = this.web!.handler.handle(exchange)
      if (isPromise<void>(handling)) handling.catch((error: Error) => exchange.abort(error))
      const { status, headers, body } = await exchange.response
      const text = decodeUtf8(body)
      if (status < 200 || status > 299) return { status, headers, body: text }
      return new LiveResult(jsonOf(text, headers.get('content-type'), url))
    } catch (error) {
      this.logger.error(`A run of ${pathOf(url)} has failed`, error)
      return failureOf(error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** One of those who share a query may not see it: that says nothing of the others, in whose name it is run at once. */
  private refused(query: LiveQuery, failure: LiveFailure, asker: LiveSubscriber): number | undefined {
    if (query.has(asker)) {
      this.leave(query, asker)
      asker.fail(failure)
    }
    if (query.isEmpty) return undefined
    query.isWanted = false
    return 0
  }

  private failed(query: LiveQuery, failure: LiveFailure, run: number): number | undefined {
    const isOver = !isTemporary(failure)
    // who has a result keeps it while the server has trouble
    for (const subscriber of isOver ? query.subscribers : query.waitingFor(run)) {
      this.leave(query, subscriber)
      subscriber.fail(failure)
    }
    if (isOver || query.isEmpty) return undefined
    const delay = Math.min(this.settings.retry * 2 ** query.failures, LONGEST_RETRY_MS)
    query.failures += 1
    return delay
  }
}

/** Equal for requests that may share a run, because the route says so; undefined for those of one client alone. */
function sharedBy(
  url: string,
  { share, number }: LiveRoute,
  { headers, address, scheme, authority }: LiveOrigin,
): string | undefined {
  const own = share?.({ url, headers: Object.fromEntries(headers), address })
  // one URL may lead elsewhere on another host, or by another version
  return own === undefined ? undefined : `shared ${JSON.stringify([number, scheme, authority, url, own])}`
}

function jsonOf(text: string, type: string | undefined, url: string): string {
  if (text === '') return 'null'
  const essence = type?.split(';', 1)[0]!.trim().toLowerCase() ?? ''
  if (essence === 'application/json' || essence.endsWith('+json')) return text
  if (essence.startsWith('text/') || essence.endsWith('xml')) return JSON.stringify(text)
  throw new LiveResultUnusable({
    url: pathOf(url),
    reason: `is ${essence || 'of no type'}, neither JSON nor text`,
  })
}
