import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import {
  findView,
  ViewUnknown,
  type ViewEngine,
  type ViewEngineFactory,
  type ViewSettings,
} from '../web/index.js'
import { loadNunjucks, type NunjucksEnvironment, type NunjucksLoader } from './nunjucks.js'

/** How nunjucks renders. */
export interface NunjucksOptions {
  /** Of names without one. Default `njk`. */
  readonly extension?: string
  /** Escapes values for HTML unless a template says `safe`. Default true: without it every value may be a script. */
  readonly autoescape?: boolean
  /** An undefined value is an error instead of nothing. Default false. */
  readonly throwOnUndefined?: boolean
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  /** Values that every view sees. */
  readonly globals?: Readonly<Record<string, unknown>>
  /** Filters by name. */
  readonly filters?: Readonly<Record<string, (...args: never[]) => unknown>>
  /** Whatever else is to be done with the environment: asynchronous filters, tags of your own. */
  readonly configure?: (environment: NunjucksEnvironment) => void
}

/**
 * Renders views with nunjucks. Templates are compiled at boot where `@Render` names them, and once otherwise; in
 * development whenever they are used.
 *
 * @param options escaping, filters …
 * @throws {CorbelError} at boot: CORBEL_PACKAGE_MISSING
 * @example
 * app.setBaseViewsDir('views').setViewEngine(nunjucksViews())
 */
export function nunjucksViews(options: NunjucksOptions = {}): ViewEngineFactory {
  const { extension = 'njk', globals = {}, filters = {}, configure, ...rest } = options
  return (settings) => {
    const { Environment } = loadNunjucks()
    const environment = new Environment([folderLoader(settings, extension)], { autoescape: true, ...rest })
    for (const [name, value] of Object.entries(globals)) environment.addGlobal(name, value)
    for (const [name, filter] of Object.entries(filters)) environment.addFilter(name, filter)
    configure?.(environment)
    return nunjucksEngine(environment, settings, extension)
  }
}

function nunjucksEngine(
  environment: NunjucksEnvironment,
  { folders, development }: ViewSettings,
  extension: string,
): ViewEngine {
  const known = new Set<string>()
  const assertKnown = (view: string): void => {
    if (known.has(view)) return
    if (findView(folders, view, extension) === undefined)
      throw new ViewUnknown({ view, folders: folders.join(', ') })
    if (!development) known.add(view)
  }
  return {
    check(view) {
      assertKnown(view)
      environment.getTemplate(view, true)
    },
    render(view, locals) {
      assertKnown(view)
      return new Promise((resolve, reject) => {
        environment.render(view, locals, (error, text) => {
          if (error === null || error === undefined) resolve(text ?? '')
          else reject(error)
        })
      })
    },
  }
}

/** Templates that are included or extended come the same way as views: no name leads out of the folders. */
function folderLoader({ folders, development }: ViewSettings, extension: string): NunjucksLoader {
  return {
    getSource(name) {
      const path = findView(folders, name, extension)
      if (path === undefined) return null
      // the name stands for the path: relative names are resolved against it
      return { src: readFileSync(path, 'utf8'), path: name, noCache: development }
    },
    isRelative: (name) => name.startsWith('./') || name.startsWith('../'),
    resolve: (from, to) => posix.join(posix.dirname(from), to),
  }
}
