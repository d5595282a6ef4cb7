import { Stream, type ObservableLike, type Subscriber } from './observable.js'

/** A stream with each value of another one changed. */
export class MappedStream extends Stream {
  /**
   * @param source of whatever library
   * @param change applied to each value; what it throws ends the stream
   */
  constructor(
    private readonly source: ObservableLike,
    private readonly change: (value: unknown) => unknown,
  ) {
    super()
  }

  protected run(subscriber: Subscriber): { unsubscribe(): void } | undefined {
    const next = (value: unknown): void => {
      try {
        subscriber.next(this.change(value))
      } catch (error) {
        subscriber.error(error)
      }
    }
    const subscription = this.source.subscribe({
      next,
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    })
    return subscription as { unsubscribe(): void } | undefined
  }
}
