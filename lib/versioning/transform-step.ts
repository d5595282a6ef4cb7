import { CorbelError, defineError, isPromise, type MaybePromise } from '../common/index.js'
import { HttpException, isObservableLike, type Step } from '../pipeline/index.js'
import { StreamableFile, type HttpContext } from '../web/index.js'
import type { Convert } from './transform-chain.js'

/** A body that a transformer could not take for the shape of its version. */
export const BodyUnconvertible = defineError<{ version: string }>(
  'CORBEL_VERSION_BODY',
  'The body does not have the form that version {version} describes. Compare it with the documents of that version.',
  { status: 400 },
)

/**
 * Makes the step around everything else: guards, pipes and the handler meet the newest shape, and what interceptors have
 * made of the result is converted last, so that nothing that a serializer has left out comes back.
 *
 * @param version whose shape the client sees
 * @param up converts bodies; undefined to leave them
 * @param down converts results; undefined to leave them
 * @param names of the transformers, for people
 */
export function transformStep(
  version: string,
  up: Convert | undefined,
  down: Convert | undefined,
  names: readonly string[],
): Step<HttpContext> {
  const name = `shape of version ${version} by ${names.join(', ')}`
  const read = up === undefined ? undefined : readBody(version, up)
  const write =
    down === undefined
      ? undefined
      : (value: unknown, context: HttpContext): unknown => convertAll(value, down, context)
  if (write === undefined) return { kind: 'before', name, run: (context) => read!(context) }
  const around = (context: HttpContext, next: (context: HttpContext) => unknown): unknown => {
    const result = next(context)
    return isPromise(result) ? result.then((value) => write(value, context)) : write(result, context)
  }
  if (read === undefined) return { kind: 'around', name, run: around }
  return {
    kind: 'around',
    name,
    run(context, next) {
      const reading = read(context)
      return isPromise(reading) ? reading.then(() => around(context, next)) : around(context, next)
    },
  }
}

function readBody(version: string, up: Convert): (context: HttpContext) => MaybePromise<void> {
  const fail = (error: unknown): never => {
    // transformers are written for good bodies: what they stumble over is the client's
    if (error instanceof HttpException || error instanceof CorbelError) throw error
    throw new BodyUnconvertible({ version }, { cause: error })
  }
  return (context) => {
    const { body } = context
    // what is no object is refused by validation
    if (typeof body !== 'object' || body === null || body instanceof Uint8Array) return undefined
    try {
      const converted = Array.isArray(body)
        ? eachOf(body, (one) => (isObject(one) ? up(one, context) : one))
        : up(body, context)
      if (isPromise(converted)) return converted.then((value) => void (context.body = value), fail)
      context.body = converted
      return undefined
    } catch (error) {
      return fail(error)
    }
  }
}

/** Converts an object, each of a list, or each of a stream; anything else is no object of the class. */
function convertAll(value: unknown, down: Convert, context: HttpContext): unknown {
  if (!isObject(value) || context.exchange.sink.state !== 'idle') return value
  if (Array.isArray(value)) return eachOf(value, (one) => (isObject(one) ? down(one, context) : one))
  if (typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function') {
    return isBytes(value) ? value : convertStream(value as AsyncIterable<unknown>, down, context)
  }
  return isOther(value) ? value : down(value, context)
}

function eachOf(list: readonly unknown[], convert: (one: unknown) => unknown): MaybePromise<unknown[]> {
  const converted = list.map(convert)
  return converted.some(isPromise) ? Promise.all(converted) : converted
}

async function* convertStream(
  source: AsyncIterable<unknown>,
  down: Convert,
  context: HttpContext,
): AsyncIterable<unknown> {
  for await (const one of source) yield isObject(one) && !isOther(one) ? await down(one, context) : one
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Node's streams give bytes. */
function isBytes(value: object): boolean {
  return typeof (value as { readonly pipe?: unknown }).pipe === 'function' && !isObservableLike(value)
}

function isOther(value: object): boolean {
  return (
    value instanceof Uint8Array ||
    value instanceof StreamableFile ||
    isObservableLike(value) ||
    (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Response'
  )
}
