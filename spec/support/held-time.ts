import { performance } from 'node:perf_hooks'

interface Timer {
  readonly callback: () => void
  readonly interval: number
  next: number
}

/**
 * The time of servers in this process, which stands still unless the spec lets it pass: `setInterval` and
 * `performance.now`, of which their clocks are made. Sockets, `setTimeout` and whatever the spec itself waits for are
 * real, and may take as long as they like: what has to come before a timeout runs out does so on every machine.
 */
export class HeldTime {
  /** ms that have passed. */
  now = 0

  private isHeld = false
  private readonly timers = new Set<Timer>()
  private giveBack: () => void = () => undefined

  /** Puts itself in the place of the real time. */
  hold(): void {
    const { setInterval, clearInterval } = globalThis
    const { now } = performance
    globalThis.setInterval = ((callback: () => void, interval: number) =>
      this.add(callback, interval)) as never
    globalThis.clearInterval = ((timer: Timer) => void this.timers.delete(timer)) as never
    performance.now = () => this.now
    this.isHeld = true
    this.giveBack = () => {
      Object.assign(globalThis, { setInterval, clearInterval })
      performance.now = now
    }
  }

  /** Gives the real time its place back; what is under way ends. */
  release(): void {
    this.giveBack()
    this.isHeld = false
    this.timers.clear()
    this.now = 0
  }

  /**
   * Lets time pass, tick by tick, with turns of the event loop behind each of them.
   *
   * @throws when the spec is over, so that nothing goes on in a loop behind it
   */
  async pass(ms: number): Promise<void> {
    if (!this.isHeld) throw new Error('The spec is over: no more time passes.')
    const end = this.now + ms
    await turns()
    for (let timer = this.due(end); timer !== undefined; timer = this.due(end)) {
      this.now = Math.max(this.now, timer.next)
      timer.next = this.now + timer.interval
      timer.callback()
      await turns()
    }
    if (this.isHeld) this.now = Math.max(this.now, end)
  }

  /**
   * Lets time pass until something has happened.
   *
   * @param event is waited for
   * @param meanwhile done behind each step
   * @param step ms
   */
  async passUntil<T>(event: Promise<T>, meanwhile?: () => unknown, step = 5): Promise<T> {
    const state = { isOver: false }
    const over = (): void => void (state.isOver = true)
    event.then(over, over)
    while (!state.isOver) {
      await this.pass(step)
      await meanwhile?.()
    }
    return event
  }

  /** Lets time pass as it does where a handler blocks the process: no timer runs meanwhile. */
  block(ms: number): void {
    this.now += ms
  }

  private add(callback: () => void, interval: number): Timer & { unref(): void } {
    const timer = { callback, interval, next: this.now + interval, unref: () => undefined }
    this.timers.add(timer)
    return timer
  }

  private due(end: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.timers) if (first === undefined || timer.next < first.next) first = timer
    return first !== undefined && first.next <= end ? first : undefined
  }
}

/** Holds the time of each spec around. */
export function heldTime(): HeldTime {
  const time = new HeldTime()
  beforeEach(() => time.hold())
  afterEach(() => time.release())
  return time
}

/** Lets sockets move that have something to do. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
