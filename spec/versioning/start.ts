import {
  createApp,
  Module,
  type Application,
  type Class,
  type InjectRequest,
  type LoggerService,
  type ModuleMetadata,
  type VersioningOptions,
} from 'corbel'

/** What an application has logged, by level. */
export interface Log extends LoggerService {
  readonly warnings: string[]
  readonly errors: unknown[]
}

const running: Application[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()))
})

/** Keeps warnings and errors. */
export function createLog(): Log {
  const warnings: string[] = []
  const errors: unknown[] = []
  return {
    warnings,
    errors,
    log: () => undefined,
    warn: (message: unknown) => void warnings.push(String(message)),
    error: (error: unknown) => void errors.push(error),
  }
}

/**
 * An application of some classes, closed at the end of the test.
 *
 * @param module controllers, providers and imports
 * @param versioning false for an application without versions
 * @param log gets what it logs
 * @param configure called before `init`
 */
export async function start(
  module: ModuleMetadata | Class,
  versioning: VersioningOptions | false = {},
  log: Log = createLog(),
  configure?: (app: Application) => unknown,
): Promise<Application> {
  let root = module as Class
  if (typeof module !== 'function') {
    @Module(module)
    class Root {}
    root = Root
  }
  const app = await createApp(root, { logger: log })
  running.push(app)
  if (versioning !== false) app.enableVersioning(versioning)
  await configure?.(app)
  await app.init()
  return app
}

/** The body of an answer, or its status if it is an error. */
export async function read(app: Application, request: InjectRequest | string): Promise<unknown> {
  const answer = await app.inject(request)
  if (answer.status >= 300) return answer.status
  return /json/.test(String(answer.headers['content-type'])) ? answer.json() : answer.body
}
