import { createRequire } from 'node:module'
import { join } from 'node:path'
import { explainMissingPackage } from '../common/index.js'
import { findView } from './view-path.js'
import { ViewEngineInvalid, ViewUnknown, type ViewEngine, type ViewEngineFactory } from './views.js'

/** How template packages made for Express render a file: `__express` of hbs, ejs, pug and others. */
export type FileRenderer = (
  path: string,
  options: object,
  callback: (error: unknown, text?: string) => void,
) => unknown

/**
 * Renders by Express's convention.
 *
 * @param extension of the files, and the name of the package unless there is a renderer
 * @param renderer renders a file; by default that of the package, as the application has it installed
 * @throws {CorbelError} at boot: CORBEL_PACKAGE_MISSING, CORBEL_VIEW_ENGINE_INVALID
 */
export function expressViews(extension: string, renderer?: FileRenderer): ViewEngineFactory {
  const bare = extension.replace(/^\./, '')
  return ({ folders, development }): ViewEngine => {
    const render = renderer ?? rendererOf(bare)
    const settings = { views: folders.length === 1 ? folders[0] : folders, 'view engine': bare }
    const pathOf = (view: string): string => {
      const path = findView(folders, view, bare)
      if (path === undefined) throw new ViewUnknown({ view, folders: folders.join(', ') })
      return path
    }
    return {
      check: (view) => void pathOf(view),
      render(view, locals) {
        const options = { ...locals, settings, cache: !development, _locals: {} }
        const path = pathOf(view)
        return new Promise((resolve, reject) => {
          render(path, options, (error, text = '') => {
            if (error === undefined || error === null) resolve(text)
            else reject(error)
          })
        })
      },
    }
  }
}

/** The application's copy, not one of Corbel's: it is the application that has it installed. */
function rendererOf(name: string): FileRenderer {
  try {
    const { __express: render } = createRequire(join(process.cwd(), 'package.json'))(name) as {
      __express?: FileRenderer
    }
    if (render !== undefined) return render
  } catch (error) {
    throw explainMissingPackage(error, name, `app.setViewEngine('${name}')`)
  }
  throw new ViewEngineInvalid({ package: name })
}
