import { defineError, listOf, type MaybePromise } from '../../common/index.js'
import { HeaderList, type HttpRequest } from '../../http/index.js'

/** What allows origins: true any, a string, pattern or list those that equal or match. */
export type OriginRule = boolean | string | RegExp | readonly (string | RegExp)[]

/** Decides about an origin: returns a rule for it, or calls back with one. */
export type OriginCheck = (
  origin: string | undefined,
  callback: (error: Error | null, allow?: OriginRule) => void,
) => MaybePromise<OriginRule | undefined | void>

/** Chooses the options for each request: returns them, or calls back with them. */
export type CorsDelegate = (
  request: HttpRequest,
  callback: (error: Error | null, options?: CorsOptions) => void,
) => MaybePromise<CorsOptions | undefined | void>

/** Which other origins may call the application. */
export interface CorsOptions {
  /**
   * True reflects any origin; a string allows that one and is sent whoever asks; a pattern or list allows those; a
   * function decides. A pattern has to match whole names: `/example\.org/` allows `https://example.org` and
   * `https://a.example.org`, but neither `https://badexample.org` nor `https://example.org.evil.net`. Default `'*'`.
   */
  readonly origin?: OriginRule | OriginCheck
  /** Default: GET, HEAD, PUT, PATCH, POST, DELETE. */
  readonly methods?: string | readonly string[]
  /** Default: what the preflight asks for. */
  readonly allowedHeaders?: string | readonly string[]
  readonly exposedHeaders?: string | readonly string[]
  /** Allows cookies. Needs an origin other than `'*'`. */
  readonly credentials?: boolean
  /** Seconds for which a browser may keep the answer to a preflight; most keep it for two hours at most. Default: theirs, 5. */
  readonly maxAge?: number
  /** Lets pages from the internet reach this application in a private network. Default false. */
  readonly privateNetwork?: boolean
  /** Leaves preflights to the routes. */
  readonly preflightContinue?: boolean
  /** 204 by default. */
  readonly optionsSuccessStatus?: number
}

/** Options that no browser would understand as they are meant. */
export const CorsInvalid = defineError<{ option: string; value: string; advice: string }>(
  'CORBEL_CORS_INVALID',
  'CORS: {option} cannot be {value}. {advice}',
)

const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/(?:\[[\da-f:.]+\]|[^\s/,:@A-Z]+)(?::\d+)?$/

/**
 * Refuses what would only show in a browser.
 *
 * @throws {CorbelError} CORBEL_CORS_INVALID
 */
export function checkCors(options: CorsOptions): void {
  const { origin = '*', credentials, maxAge, methods, allowedHeaders, exposedHeaders } = options
  const refuse = (option: string, value: unknown, advice: string): never => {
    throw new CorsInvalid({ option, value: JSON.stringify(value) ?? String(value), advice })
  }
  const rules =
    typeof origin === 'function' || typeof origin === 'boolean' ? [] : listOf<string | RegExp>(origin)
  for (const rule of rules) {
    if (rule instanceof RegExp || rule === '*' || rule === 'null') continue
    if (typeof rule !== 'string' || !ORIGIN.test(rule))
      refuse(
        'origin',
        rule,
        'An origin is scheme, host and port in lower case, such as "https://a.example:8443": no path, no slash at its end.',
      )
  }
  if (credentials === true && rules.includes('*'))
    refuse(
      'credentials',
      true,
      'Browsers do not send cookies where any origin is allowed by "*". Name the origins.',
    )
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0))
    refuse('maxAge', maxAge, 'Give whole seconds.')
  for (const [option, value] of Object.entries({ methods, allowedHeaders, exposedHeaders })) {
    for (const name of namesOf(value) ?? [])
      if (name !== '*' && !isToken(name)) refuse(option, name, 'Give names, or a list of them.')
  }
}

/** The names of a list, or of text with commas. */
export function namesOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value].flat().flatMap((one) => one.split(/\s*,\s*/))
}

function isToken(name: string): boolean {
  try {
    new HeaderList().set(name, '')
    return true
  } catch {
    return false
  }
}
