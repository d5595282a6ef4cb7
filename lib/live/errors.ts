import { defineError } from '../common/index.js'

/** `@Live()` on what is no query. */
export const LiveRouteInvalid = defineError<{ method: string; reason: string }>(
  'CORBEL_LIVE_ROUTE',
  '{method} has @Live(), but {reason}. A live query is a handler of @Get() that returns what is sent as JSON or text.',
)

/** `@Live()` or `@Invalidates()` where nothing watches. */
export const LiveModuleMissing = defineError<{ method: string; decorator: string }>(
  'CORBEL_LIVE_MODULE',
  '{method} has @{decorator}(), but there is no LiveModule. Import LiveModule.forRoot() of corbel/live in the root module.',
)

/** `LiveModule.forRoot()` twice. */
export const LiveModuleDuplicate = defineError<Record<never, never>>(
  'CORBEL_LIVE_DUPLICATE',
  'LiveModule.forRoot() is imported with several sets of options. Import it once, in the root module.',
)

/** An option of live queries that has no meaning. */
export const LiveOptionInvalid = defineError<{ option: string; value: string; advice: string }>(
  'CORBEL_LIVE_OPTION',
  'The option {option} of LiveModule cannot be {value}: {advice}.',
)

/** A client with more live queries than one may have. */
export const LiveLimitReached = defineError<{ limit: number; each: string }>(
  'CORBEL_LIVE_LIMIT',
  'There are {limit} live queries already, the most for one {each}. End some that are not needed any more.',
  { status: 429 },
)

/** More live queries than one process takes. */
export const LiveBusy = defineError<{ limit: number }>(
  'CORBEL_LIVE_BUSY',
  'There are {limit} live queries already, the most for one process. Try again later.',
  { status: 503 },
)

/** A live query while the application stops. */
export const LiveStopping = defineError<Record<never, never>>(
  'CORBEL_LIVE_STOPPING',
  'The application stops. Connect again.',
  { status: 503 },
)

/** A subscription to something that is no live query. */
export const LiveUnknown = defineError<{ url: string }>(
  'CORBEL_LIVE_UNKNOWN',
  'There is no live query at {url}. Its handler has to have @Get() and @Live().',
  { status: 404 },
)

/** A message of a client that means nothing. */
export const LiveMessageInvalid = defineError<{ reason: string }>(
  'CORBEL_LIVE_MESSAGE',
  'The message {reason}. To subscribe, send {"id": 1, "event": "subscribe", "data": {"url": "/path"}}.',
  { status: 400 },
)

/** A subscription that was ended before it had a result. */
export const LiveEnded = defineError<Record<never, never>>(
  'CORBEL_LIVE_ENDED',
  'The subscription was ended before there was a result.',
  { status: 409 },
)

/** A result that cannot be kept up to date. */
export const LiveResultUnusable = defineError<{ url: string; reason: string }>(
  'CORBEL_LIVE_RESULT',
  'The result of the live query {url} {reason}.',
  { status: 500 },
)

/** A handler that gives no result in the time that runs of live queries have. */
export const LiveTimeout = defineError<{ url: string; time: number }>(
  'CORBEL_LIVE_TIMEOUT',
  'The live query {url} has given no result within {time} ms. Make it faster, or raise runTimeout.',
  { status: 503 },
)
