import { setMaxListeners } from 'node:events'

/** Where an application is in its life. */
export type ApplicationPhase = 'starting' | 'running' | 'stopping' | 'stopped'

/**
 * What health checks ask, and what long work listens to: injectable in every module.
 *
 * @example
 * @Get('ready')
 * ready(@Res({ passthrough: true }) response: HttpResponse) {
 *   response.status(this.state.isReady ? 200 : 503)
 * }
 */
export class ApplicationState {
  private current: ApplicationPhase = 'starting'
  private readonly controller = new AbortController()

  constructor() {
    // every open stream of events listens: many are no leak
    setMaxListeners(0, this.controller.signal)
  }

  /** `running` from the end of `init()` to the beginning of `close()`, `stopped` when everything is closed. */
  get phase(): ApplicationPhase {
    return this.current
  }

  /** True while the application wants to be sent requests: false before it runs and from the moment that it is told to stop. */
  get isReady(): boolean {
    return this.current === 'running'
  }

  /**
   * Aborts when the application is told to stop: for work that has no end of its own, such as streams of events, upgraded
   * sockets, long polls and loops. Requests with an end need not look at it: they may finish.
   */
  get stopping(): AbortSignal {
    return this.controller.signal
  }

  /** For the application: it goes from one phase to the next, and never back. */
  enter(phase: Exclude<ApplicationPhase, 'starting'>): void {
    if (ORDER.indexOf(phase) <= ORDER.indexOf(this.current)) return
    this.current = phase
    if (phase !== 'running')
      this.controller.abort(new DOMException('The application is stopping.', 'AbortError'))
  }
}

const ORDER: readonly ApplicationPhase[] = ['starting', 'running', 'stopping', 'stopped']
