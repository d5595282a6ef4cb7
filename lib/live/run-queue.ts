import { AsyncResource } from 'node:async_hooks'
import { clearTimeout, setTimeout } from 'node:timers'
import type { LiveQuery } from './live-query.js'

/** How runs follow each other. */
export interface RunPace {
  /** Runs at a time. */
  readonly maxRuns: number
  /** Milliseconds between the runs of one query. */
  readonly interval: number
}

/**
 * Lets queries run: each at most once at a time, and again if something has changed meanwhile; not more often than its interval
 * allows, and not more of them at a time than the process should do.
 */
export class RunQueue {
  private readonly waiting = new Set<LiveQuery>()
  private running = 0
  private isPumping = false
  // what makes a query run is somebody else's call, and often somebody else's transaction: runs are in none
  private readonly outside = new AsyncResource('CorbelLiveRuns')

  /**
   * @param pace how often, how many
   * @param run never rejects; gives the milliseconds after which it has to be tried again, if it has
   */
  constructor(
    private readonly pace: RunPace,
    private readonly run: (query: LiveQuery) => Promise<number | undefined>,
  ) {}

  /**
   * Wants a run that begins after now.
   *
   * @param query to run
   * @param delay milliseconds; by default as soon as its interval allows
   */
  want(query: LiveQuery, delay?: number): void {
    if (query.isDropped) return
    query.isWanted = true
    if (query.isRunning || this.waiting.has(query)) return
    if (query.timer !== undefined) {
      if (delay !== undefined) return
      // a change comes before a run that was put off
      clearTimeout(query.timer)
      query.timer = undefined
    }
    const left = delay ?? query.lastStart + this.pace.interval - performance.now()
    if (left <= 0) return this.enqueue(query)
    this.outside.runInAsyncScope(() => {
      query.timer = setTimeout(() => {
        query.timer = undefined
        this.enqueue(query)
      }, left).unref()
    })
  }

  /** Forgets a query; a run that goes on is for nobody. */
  drop(query: LiveQuery): void {
    query.isWanted = false
    query.isDropped = true
    this.waiting.delete(query)
    clearTimeout(query.timer)
    query.timer = undefined
  }

  private enqueue(query: LiveQuery): void {
    this.waiting.add(query)
    if (this.isPumping) return
    this.isPumping = true
    // many changes at once are one
    this.outside.runInAsyncScope(() => setImmediate(() => this.pump()))
  }

  private pump(): void {
    this.isPumping = false
    for (const query of this.waiting) {
      if (this.running >= this.pace.maxRuns) return
      this.waiting.delete(query)
      void this.start(query)
    }
  }

  private async start(query: LiveQuery): Promise<void> {
    this.running += 1
    query.isWanted = false
    query.isRunning = true
    query.runs += 1
    query.lastStart = performance.now()
    const delay = await this.run(query)
    query.isRunning = false
    this.running -= 1
    if (query.isWanted) this.want(query)
    else if (delay !== undefined) this.want(query, delay)
    if (this.waiting.size > 0 && !this.isPumping) this.pump()
  }
}
