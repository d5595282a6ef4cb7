import { defineError } from '../common/index.js'
import { parseNestedQuery, parseQuery, type QueryParams, type QueryParser } from '../http/index.js'
import type { WebOptions } from './feature.js'
import type { TrustProxy } from './trust-proxy.js'

/** A setting that Corbel does not have. */
export const SettingUnknown = defineError<{ name: string; advice: string }>(
  'CORBEL_SETTING_UNKNOWN',
  'There is no setting "{name}". {advice}',
)

type Settable = Pick<WebOptions, 'trustProxy' | 'caseSensitive' | 'strictSlash' | 'parseQuery'>

const SETTINGS: Readonly<Record<string, (options: Settable, value: unknown) => void>> = {
  'trust proxy': (options, value) => (options.trustProxy = value as TrustProxy),
  'case sensitive routing': (options, value) => (options.caseSensitive = value === true),
  'query parser': (options, value) => (options.parseQuery = queryParser(value)),
  'strict routing': (options, value) => (options.strictSlash = value === true),
  // what it would turn off is not there
  'x-powered-by': () => undefined,
}

const ADVICE: Readonly<Record<string, string>> = {
  'view engine': 'Call app.setViewEngine().',
  views: 'Call app.setBaseViewsDir().',
  etag: 'Set the header by an interceptor, or send files, which have one.',
  'json spaces': 'JSON is sent as it is; format it where it is shown.',
}

const QUERY_PARSERS = "Known are 'simple', 'extended', and functions."

/**
 * Changes a setting by the name that Express has for it.
 *
 * @param options what is changed
 * @param name of the setting
 * @param value for it
 * @throws {CorbelError} CORBEL_SETTING_UNKNOWN
 */
export function changeSetting(options: Settable, name: string, value: unknown): void {
  const change = SETTINGS[name]
  if (change !== undefined) return change(options, value)
  const advice = ADVICE[name] ?? `Known are ${Object.keys(SETTINGS).join(', ')}.`
  throw new SettingUnknown({ name, advice })
}

/** Express's words: `'simple'` is flat, `'extended'` reads `filter[name]=x`; or a function. */
function queryParser(value: unknown): QueryParser {
  if (typeof value === 'function') return (text) => value(text) as QueryParams
  if (value === 'extended') return (text) => parseNestedQuery(text) as QueryParams
  if (value === 'simple' || value === true) return parseQuery
  throw new SettingUnknown({ name: `query parser ${String(value)}`, advice: QUERY_PARSERS })
}
