import type { Exchange, HeaderList, HeaderView, ResponseSink } from '../http/index.js'
import { typedKey, type MaybePromise, type TypedKey } from '../common/index.js'
import type { AppModel } from '../core/index.js'
import type { HttpContext } from './http-context.js'
import type { StreamFormat } from './stream-format.js'

/** Stands between the application and the transport: sees every answer, whoever gives it. */
export type SinkFilter = (sink: ResponseSink, context: HttpContext) => ResponseSink

/** One form in which the results of a route can be sent. */
export interface ResultForm {
  /** The content type, with its charset. */
  readonly type: string
  /** Writes one result. */
  write(value: unknown, context: HttpContext): string | Uint8Array
  /** Writes the values of a stream one by one. */
  readonly stream: StreamFormat
}

/**
 * Chooses the form of a result.
 *
 * @param context whose request says what the client takes
 * @throws if there is none for it
 */
export type ChooseForm = (context: HttpContext) => ResultForm

/**
 * Sends a result whose body is complete.
 *
 * @param context the call
 * @param sink to write to
 * @param status the status
 * @param headers that can be changed
 * @param body the body
 */
export type FinishResult = (
  context: HttpContext,
  sink: ResponseSink,
  status: number,
  headers: HeaderList,
  body: string | Uint8Array | undefined,
) => void

/** Another form of error bodies than JSON. */
export interface ProblemForm {
  /** The content type. */
  readonly type: string
  /** Whether the client takes it rather than JSON. */
  suits(accept: string): boolean
  /** Writes the members of the body. */
  write(body: object): string
}

/** Under which features leave filters, in `inspect` or `check`; the first is nearest to the application. */
export const SINK_FILTERS = typedKey<SinkFilter>('sink filters')

/** Under which features leave forms of error bodies, in `inspect` or `check`. */
export const PROBLEM_FORMS = typedKey<ProblemForm>('problem forms')

/**
 * Takes requests that ask for another protocol than HTTP: WebSockets, above all. Global middleware has run by then.
 *
 * @param context of the request
 * @returns false if it is for somebody else; errors are answered as those of handlers
 */
export type UpgradeTarget = (context: HttpContext) => MaybePromise<boolean>

/** Under which features leave what takes upgrades, in `inspect` or `check`; the first is asked first. */
export const UPGRADES = typedKey<UpgradeTarget>('upgrades')

/**
 * Under which features that recognise callers by cookies leave what those are called, in `inspect` or `check`; asked once all
 * is built. Browsers send cookies also with requests that other sites forge, so that protection goes by this.
 */
export const COOKIE_CREDENTIALS = typedKey<(model: AppModel) => readonly string[]>('cookie credentials')

/** Under which the application leaves what `useWebSocketAdapter` was given, for the feature that knows what it is. */
export const WEB_SOCKET_ADAPTER = typedKey<object>('WebSocket adapter')

/**
 * Exchanges have it by which the application asks again what a client has asked for: the client did not ask once more, so that
 * limits of requests do not count them.
 */
export const ASKED_AGAIN = typedKey<true>('asked again')

/** An exchange with another sink. */
export class FilteredExchange implements Exchange {
  constructor(
    private readonly inner: Exchange,
    readonly sink: ResponseSink,
  ) {}

  get protocol(): Exchange['protocol'] {
    return this.inner.protocol
  }

  get method(): string {
    return this.inner.method
  }

  get scheme(): Exchange['scheme'] {
    return this.inner.scheme
  }

  get authority(): string {
    return this.inner.authority
  }

  get target(): string {
    return this.inner.target
  }

  get headers(): HeaderView {
    return this.inner.headers
  }

  get body(): Exchange['body'] {
    return this.inner.body
  }

  get connection(): Exchange['connection'] {
    return this.inner.connection
  }

  get signal(): AbortSignal {
    return this.inner.signal
  }

  feature<T>(key: TypedKey<T>): T | undefined {
    return this.inner.feature(key)
  }
}
