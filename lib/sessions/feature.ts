import { isPromise } from '../common/index.js'
import type { AppModel, Feature } from '../core/index.js'
import { Slot } from '../pipeline/index.js'
import { COOKIE_CREDENTIALS, type HttpContext } from '../web/index.js'
import { Sessions } from './sessions.js'
import { UseSession } from './use-session.js'

/** Opens the session for the routes that ask for it; all others pay nothing. */
export const sessionFeature: Feature = {
  name: 'sessions',
  requires: ['web'],
  check(model) {
    let sessions: Sessions | undefined
    model.contribute(COOKIE_CREDENTIALS, () => [sessionsOf(model).cookieName])
    model.addSteps<HttpContext>({
      name: 'session',
      slot: Slot.Admit,
      create({ kind, params, metadata }) {
        if (kind !== 'http') return undefined
        const isAsked = metadata.onMethod(UseSession) ?? metadata.onClass(UseSession)
        if (!(isAsked ?? params.some(({ type }) => type === 'session'))) return undefined
        return {
          kind: 'before',
          name: 'session',
          readsBody: false,
          run: (context) => {
            sessions ??= sessionsOf(model)
            const opened = sessions.of(context)
            return isPromise(opened) ? opened : undefined
          },
        }
      },
    })
  },
}

function sessionsOf(model: AppModel): Sessions {
  for (const record of model.graph.records())
    if (record.token === Sessions) return model.injector.resolve(record) as Sessions
  throw new TypeError('SessionModule has lost its provider.')
}
