import { fullMediaType } from '../http/index.js'
import type { AppModel, Feature } from '../core/index.js'
import { endpointName, Slot, type StepFactory } from '../pipeline/index.js'
import { PROBLEM_FORMS, type ChooseForm, type HttpContext, type HttpEndpoint } from '../web/index.js'
import { compileChoice, type Offer } from './choose.js'
import { SerializerMissing } from './errors.js'
import { problemXml } from './problem-xml.js'
import { Produces } from './produces.js'
import { SerializerRegistry } from './registry.js'
import type { Serializer } from './serializer.js'

/**
 * Sends results in the form that clients ask for, on routes with `@Produces`.
 *
 * @param serializers beside the built-in ones, or in their place
 */
export function negotiationFeature(serializers: readonly Serializer[] = []): Feature {
  const registry = new SerializerRegistry(serializers)
  const declared = new Map<ChooseForm, readonly string[]>()
  let writesXml = false
  return {
    name: 'negotiation',
    check(model) {
      const endpoints = (model.endpoints as unknown as HttpEndpoint[]).filter(({ kind }) => kind === 'http')
      for (const endpoint of endpoints) {
        const forms = endpoint.metadata.get(Produces)
        if (forms === undefined || endpoint.events) continue
        const found = forms.map((form) => offersOf(form, endpoint, registry, model))
        // what is declared comes before other names for it
        const named = found.flatMap((one) => one.slice(0, 1))
        const offers = [...named, ...found.flatMap((one) => one.slice(1))]
        if (offers.length === 0) continue
        endpoint.form = compileChoice(endpoint, offers)
        declared.set(endpoint.form, [...new Set(named.map(({ type }) => type))])
        writesXml ||= offers.some(({ type }) => /[/+]xml$/.test(type))
      }
      if (declared.size === 0) return
      model.addSteps(negotiationSteps())
      if (writesXml) model.contribute(PROBLEM_FORMS, problemXml())
    },
    describe(endpoint) {
      // by its form, which endpoints that are told apart by version share
      const { form } = endpoint as unknown as HttpEndpoint
      const produces = form && declared.get(form)
      return produces && { produces, refusals: { 406: 'None of the media types is accepted.' } }
    },
  }
}

function offersOf(
  form: string | Serializer,
  endpoint: HttpEndpoint,
  registry: SerializerRegistry,
  model: AppModel,
): readonly Offer[] {
  const serializer = typeof form === 'string' ? registry.find(form) : form
  if (serializer === undefined) {
    model.report(new SerializerMissing({ endpoint: endpointName(endpoint), type: form as string }))
    return []
  }
  try {
    serializer.prepare?.()
  } catch (error) {
    if (!model.problems.some(({ message }) => message === (error as Error).message))
      model.report(error as Error)
    return []
  }
  if (typeof form !== 'string') return serializer.types.map((type) => ({ type, serializer }))
  const type = fullMediaType(form)
  // other names of the same form are answered as well, under the name that was asked for
  const others = serializer.types.includes(type) ? serializer.types.filter((one) => one !== type) : []
  return [type, ...others].map((one) => ({ type: one, serializer }))
}

/** Refuses a client that takes nothing of what there is before the handler has changed anything. */
function negotiationSteps(): StepFactory<HttpContext> {
  return {
    name: 'negotiation',
    slot: Slot.Authorized,
    create(endpoint) {
      const { form } = endpoint as unknown as HttpEndpoint
      if (form === undefined) return undefined
      return {
        kind: 'before',
        name: 'negotiate',
        readsBody: false,
        run: (context) => {
          form(context)
        },
      }
    },
  }
}
