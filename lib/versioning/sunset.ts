import { defineError } from '../common/index.js'
import type { Step } from '../pipeline/index.js'
import type { HttpContext } from '../web/index.js'
import type { DeprecationInfo } from './deprecation.js'
import { deprecationHeaders } from './deprecation-headers.js'

/** A route whose sunset is past, and which answers no more. */
export const VersionSunset = defineError<{
  route: string
  sunset: string
  advice: string
  successor: string | undefined
}>('CORBEL_VERSION_SUNSET', '{route} was withdrawn on {sunset}. {advice}', {
  status: 410,
  tells: ['sunset', 'successor'],
})

/** The longest that a timer of Node waits, in ms. */
const LONGEST_WAIT = 2 ** 31 - 1

/** Routes that answer until a moment and not after it: the clock tells them, they never ask it. */
export class SunsetClock {
  private readonly waiting = new Set<{ readonly at: number; readonly end: () => void }>()
  private timer: NodeJS.Timeout | undefined

  /**
   * Makes the step that refuses requests from the sunset on.
   *
   * @param route for messages
   * @param deprecation with a sunset
   */
  stepFor(route: string, deprecation: DeprecationInfo): Step<HttpContext> {
    const { sunset, successor, message } = deprecation
    const headers = Object.fromEntries(
      deprecationHeaders(deprecation).map(({ name, value }) => [name, value as string]),
    )
    const advice = message ?? (successor === undefined ? 'Ask for a newer version.' : `Use ${successor}.`)
    let isOver = false
    this.waiting.add({ at: Date.parse(sunset!), end: () => (isOver = true) })
    this.look()
    return {
      kind: 'before',
      name: 'sunset',
      run: () => {
        if (isOver) {
          throw new VersionSunset({ route, sunset: sunset!.slice(0, 10), advice, successor }, { headers })
        }
      },
    }
  }

  /** Begins to wait for the next sunset; without effect if there is none to come. */
  start(): void {
    this.look()
    clearTimeout(this.timer)
    if (this.waiting.size === 0) return
    const next = Math.min(...[...this.waiting].map(({ at }) => at))
    const wait = Math.min(Math.max(next - Date.now(), 0), LONGEST_WAIT)
    this.timer = setTimeout(() => this.start(), wait)
    // a sunset is no reason to go on running
    this.timer.unref()
  }

  stop(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  private look(): void {
    const now = Date.now()
    for (const one of this.waiting) {
      if (one.at > now) continue
      one.end()
      this.waiting.delete(one)
    }
  }
}
