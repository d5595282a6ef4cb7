import { resolve } from 'node:path'
import { isPromise, type MaybePromise } from '../common/index.js'
import { BootFailed } from '../di/index.js'
import { defineDecorator } from '../metadata/index.js'
import { endpointName, settle, Slot, type StepFactory } from '../pipeline/index.js'
import { expressViews } from './express-views.js'
import type { HttpContext } from './http-context.js'
import type { HttpEndpoint } from './http-route.js'
import {
  ViewEngineMissing,
  type ViewEngine,
  type ViewEngineChoice,
  type ViewOptions,
  type ViewSettings,
} from './views.js'

/**
 * Renders a view with what the handler returns, and answers with it as HTML.
 *
 * @param view its name below `app.setBaseViewsDir()`, with or without extension
 */
export const Render = defineDecorator({
  name: 'Render',
  on: ['method'],
  value: (view: string) => view,
  check: (view) => (typeof view === 'string' && view !== '' ? undefined : 'names no view'),
})

/**
 * Makes the engine, and checks every declared view.
 *
 * @param options engine and folders
 * @param endpoints whose views are declared
 * @param development see `ViewSettings`
 * @returns undefined if there is no engine, and no need for one
 * @throws {BootFailed} with CORBEL_VIEW_ENGINE_MISSING, CORBEL_VIEW_UNKNOWN, or what the engine says
 */
export function openViews(
  { engine, folders }: ViewOptions,
  endpoints: readonly HttpEndpoint[],
  development: boolean,
): ViewEngine | undefined {
  const declared = endpoints.flatMap((endpoint) => {
    const view = endpoint.metadata.onMethod(Render)
    return view === undefined ? [] : [{ user: endpointName(endpoint), view }]
  })
  if (engine === undefined) {
    if (declared.length === 0) return undefined
    throw new BootFailed(declared.map((one) => new ViewEngineMissing(one)))
  }
  const opened = open(engine, { folders: folders.map((one) => resolve(one)), development })
  const problems = [...new Set(declared.map(({ view }) => view))].flatMap((view) => problemOf(opened, view))
  if (problems.length > 0) throw new BootFailed(problems)
  return opened
}

function open(choice: ViewEngineChoice, settings: ViewSettings): ViewEngine {
  if (typeof choice === 'object') return choice
  return (typeof choice === 'string' ? expressViews(choice) : choice)(settings)
}

function problemOf(engine: ViewEngine, view: string): readonly Error[] {
  try {
    engine.check?.(view)
    return []
  } catch (error) {
    return [error as Error]
  }
}

/**
 * The steps that render: around everything else, so that interceptors see what the handler returned.
 *
 * @param engine renders
 */
export function renderSteps(engine: ViewEngine): StepFactory<HttpContext> {
  return {
    name: 'views',
    slot: Slot.Admit,
    create(endpoint) {
      const view = endpoint.metadata.onMethod(Render)
      if (view === undefined) return undefined
      const { form } = endpoint as unknown as HttpEndpoint
      const answer = (context: HttpContext, value: unknown): unknown => {
        // answered by hand: with a redirect, say
        if (context.exchange.sink.state !== 'idle') return undefined
        // of several forms, the view is the one for HTML
        if (form !== undefined) {
          if (!form(context).type.startsWith('text/html')) return value
          context.response.vary('Accept')
        }
        return renderInto(context, engine, view, value)
      }
      return {
        kind: 'around',
        readsBody: false,
        name: `render ${view}`,
        run(context, next) {
          const result = settle(next(context))
          return isPromise(result) ? result.then((value) => answer(context, value)) : answer(context, result)
        },
      }
    },
  }
}

function renderInto(
  { response }: HttpContext,
  engine: ViewEngine,
  view: string,
  value: unknown,
): MaybePromise<void> {
  const locals = { ...response.locals, ...(typeof value === 'object' && value) }
  const html = engine.render(view, locals)
  return isPromise(html) ? html.then((text) => response.sendHtml(text)) : response.sendHtml(html)
}
