/** Calls back. */
export type Listener = (data: never) => void

/** Who listens to which event. */
export class Listeners {
  private readonly byEvent = new Map<string, Map<Listener, Listener>>()

  /** @param failed is told what listeners throw: the others hear all the same */
  constructor(private readonly failed: (error: unknown, event: string) => void) {}

  /**
   * @param key by which it is taken away again
   * @param listener hears of the event
   */
  add(event: string, key: Listener, listener: Listener = key): void {
    const known = this.byEvent.get(event)
    if (known === undefined) this.byEvent.set(event, new Map([[key, listener]]))
    else known.set(key, listener)
  }

  /** Takes one away, or all of an event. */
  remove(event: string, key?: Listener): void {
    const known = this.byEvent.get(event)
    if (key !== undefined) known?.delete(key)
    if (key === undefined || known?.size === 0) this.byEvent.delete(event)
  }

  tell(event: string, data: unknown): void {
    // listeners may come and go meanwhile
    for (const listener of Array.from(this.byEvent.get(event)?.values() ?? [])) {
      try {
        listener(data as never)
      } catch (error) {
        this.failed(error, event)
      }
    }
  }
}
