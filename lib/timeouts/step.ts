import { Readable } from 'node:stream'
import { clearTimeout, setTimeout } from 'node:timers'
import { isPromise } from '../common/index.js'
import { isObservableLike, lastValueOf, type Step } from '../pipeline/index.js'
import { StreamableFile, type HttpContext } from '../web/index.js'

/** What bounds the calls of one endpoint. */
export interface Deadline {
  /** Milliseconds. */
  readonly time: number
  /** True if each value of an observable is sent, so that none of them is waited for. */
  readonly keepsStreams: boolean
  /** Makes the error that the call is answered with. */
  error(): Error
  /** Told of what a handler throws that nobody waits for any more. */
  late(error: unknown): void
}

/**
 * The step around everything else of an endpoint: answers when its time is over.
 *
 * @param deadline of the endpoint
 */
export function timeoutStep(deadline: Deadline): Step<HttpContext> {
  return {
    kind: 'around',
    name: `timeout ${deadline.time} ms`,
    readsBody: false,
    run(context, next) {
      const given = next(context)
      const result = isObservableLike(given) && !deadline.keepsStreams ? lastValueOf(given) : given
      // what is there already needs no timer, unless the handler answers by itself
      if (isPromise(result)) return bounded(result, context, deadline)
      if (context.route?.answers === true && context.exchange.sink.state === 'idle')
        watch(context, deadline, (error) => context.next(error))
      return result
    },
  }
}

function bounded(result: Promise<unknown>, context: HttpContext, deadline: Deadline): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let isReturned = false
    let isOver = false
    const stop = watch(context, deadline, (error) => {
      isOver = true
      if (isReturned) context.next(error)
      else reject(error)
    })
    result.then(
      (value) => {
        isReturned = true
        if (isOver) return release(value)
        if (context.route?.answers !== true) stop()
        resolve(value)
      },
      (error: unknown) => {
        stop()
        if (!isOver) reject(error)
        // what ends because it was told to has nothing to say
        else if (error !== context.signal.reason && (error as Error | undefined)?.name !== 'AbortError')
          deadline.late(error)
      },
    )
  })
}

/** @returns what ends the watch */
function watch(context: HttpContext, deadline: Deadline, over: (error: Error) => void): () => void {
  const { sink } = context.exchange
  const timer = setTimeout(() => {
    // an answer that has begun is as long as it is
    if (sink.state !== 'idle') return
    const error = deadline.error()
    context.cancel(error)
    over(error)
  }, deadline.time)
  const stop = (): void => clearTimeout(timer)
  sink.onClose(stop)
  return stop
}

/** A file that nobody reads would stay open. */
function release(value: unknown): void {
  const source = value instanceof StreamableFile ? value.source : value
  if (source instanceof Readable) source.on('error', () => undefined).destroy()
}
