/** What is called with an event's arguments. */
// eslint-disable-next-line typescript/no-explicit-any -- each event has arguments of its own
export type EventListener = (...args: any[]) => void

/**
 * Events as Node's streams have them, as far as middleware and `stream.pipe(response)` use them. Costs one empty field
 * until something listens.
 */
export abstract class Emitter {
  private handlers: Map<string | symbol, EventListener[]> | undefined = undefined

  /** Called when an event gets its first listener: the place to look for what it tells. */
  protected abstract listened(event: string | symbol): void

  on(event: string | symbol, listener: EventListener): this {
    return this.add(event, listener, false)
  }

  /** As `on`. */
  addListener(event: string | symbol, listener: EventListener): this {
    return this.add(event, listener, false)
  }

  prependListener(event: string | symbol, listener: EventListener): this {
    return this.add(event, listener, true)
  }

  once(event: string | symbol, listener: EventListener): this {
    const first = (...args: unknown[]): void => {
      this.removeListener(event, first)
      listener.apply(this, args)
    }
    return this.add(event, Object.assign(first, { listener }), false)
  }

  removeListener(event: string | symbol, listener: EventListener): this {
    const left = this.handlers?.get(event)?.filter((one) => one !== listener && originOf(one) !== listener)
    if (left !== undefined) this.handlers!.set(event, left)
    return this
  }

  /** As `removeListener`. */
  off(event: string | symbol, listener: EventListener): this {
    return this.removeListener(event, listener)
  }

  removeAllListeners(event?: string | symbol): this {
    if (event === undefined) for (const known of this.handlers?.keys() ?? []) this.handlers!.set(known, [])
    else if (this.handlers?.has(event) === true) this.handlers.set(event, [])
    return this
  }

  listeners(event: string | symbol): EventListener[] {
    return (this.handlers?.get(event) ?? []).map((one) => originOf(one) ?? one)
  }

  listenerCount(event: string | symbol): number {
    return this.handlers?.get(event)?.length ?? 0
  }

  /** Calls the listeners in order. Returns true if there are any. */
  emit(event: string | symbol, ...args: unknown[]): boolean {
    const listeners = this.handlers?.get(event)
    if (listeners === undefined || listeners.length === 0) return false
    for (const listener of listeners) listener.apply(this, args)
    return true
  }

  private add(event: string | symbol, listener: EventListener, inFront: boolean): this {
    this.handlers ??= new Map()
    const known = this.handlers.get(event)
    this.handlers.set(event, inFront ? [listener, ...(known ?? [])] : [...(known ?? []), listener])
    if (known === undefined) this.listened(event)
    return this
  }
}

/** What `once` was given. */
function originOf(listener: EventListener): EventListener | undefined {
  return (listener as { listener?: EventListener }).listener
}
