import type { AppModel, Feature } from '../core/index.js'
import { existingMembers, lineage, readMember } from '../metadata/index.js'
import { endpointName } from '../pipeline/index.js'
import { Invalidates, Live } from './decorators.js'
import { LiveModuleMissing } from './errors.js'

/** The name of the feature that `LiveModule` brings. */
export const LIVE_FEATURE = 'live'

/** Tells of `@Live()` and `@Invalidates()` in applications without `LiveModule`: they would do nothing. */
export function liveDeclarations(): Feature {
  return {
    name: 'live-declarations',
    inspect({ type }, model: AppModel) {
      if (model.features.some(({ name }) => name === LIVE_FEATURE)) return
      const members = new Set(lineage(type).flatMap((one) => [...existingMembers(one)]))
      for (const member of members) {
        const decorator = [Live, Invalidates].find(
          (one) => readMember<unknown>(one, type, member) !== undefined,
        )
        if (decorator === undefined) continue
        const method = endpointName({ owner: type, member })
        model.report(new LiveModuleMissing({ method, decorator: decorator.decoratorName }))
      }
    },
  }
}
