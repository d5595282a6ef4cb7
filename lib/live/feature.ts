import {
  AFTER_COMMIT,
  ENTITY_WRITES,
  PUB_SUB,
  type AppModel,
  type DeclaredClass,
  type Feature,
} from '../core/index.js'
import { listOf, type Class } from '../common/index.js'
import { advise, type Token } from '../di/index.js'
import { existingMembers, lineage, readMember } from '../metadata/index.js'
import { endpointName, type EndpointModel } from '../pipeline/index.js'
import { EventHub, eventSettings, WebFeature, type HttpEndpoint } from '../web/index.js'
import { LIVE_FEATURE } from './declarations.js'
import { fixedKeys, Invalidates, keysFor, Live, type LiveDeclaration } from './decorators.js'
import { LiveModuleDuplicate, LiveRouteInvalid } from './errors.js'
import type { LiveStreamParts } from './event-source.js'
import { entityKey, keyText } from './keys.js'
import { currentLiveCall } from './live-call.js'
import { LiveHub } from './live-hub.js'
import { LIVE_OPTIONS } from './live-options-token.js'
import { liveSettings } from './options.js'
import { afterSuccess, liveSteps } from './steps.js'

const hubs = new WeakMap<AppModel, LiveHub>()

/**
 * The live queries of an application.
 *
 * @param model of the application
 */
export function hubOf(model: AppModel): LiveHub {
  let hub = hubs.get(model)
  if (hub === undefined) hubs.set(model, (hub = new LiveHub()))
  return hub
}

/** A method with `@Live()`. */
interface DeclaredMember {
  readonly owner: Class
  readonly member: PropertyKey
}

/** Makes queries live: puts its step around them, hears of writes, and tells other processes. */
export class LiveFeature implements Feature {
  readonly name = LIVE_FEATURE
  // one module's options may serve several applications: what is of one is kept by its model
  private readonly started = new Set<LiveHub>()
  private readonly declared = new WeakMap<AppModel, DeclaredMember[]>()

  inspect({ type, record }: DeclaredClass, model: AppModel): void {
    if (!this.isFirst(model) || record.source.kind !== 'class') return
    const hub = hubOf(model)
    for (const member of new Set(lineage(type).flatMap((one) => [...existingMembers(one)]))) {
      const changed = readMember(Invalidates, type, member)
      if (changed !== undefined)
        advise(record, member, ({ args }, proceed) =>
          afterSuccess(proceed(), () => hub.invalidate(keysFor(changed, args))),
        )
      const declaration = readMember(Live, type, member)
      if (declaration !== undefined)
        this.declared.set(model, [...(this.declared.get(model) ?? []), { owner: type, member }])
      const keys = declaration?.keys
      if (keys === undefined || fixedKeys(keys) !== undefined) continue
      advise(record, member, ({ args }, proceed) => {
        currentLiveCall.get()?.watch(keysFor(keys, args).map(keyText))
        return proceed()
      })
    }
  }

  check(model: AppModel): void {
    if (!this.isFirst(model)) {
      model.report(new LiveModuleDuplicate({}))
      return
    }
    const hub = hubOf(model)
    for (const one of this.declared.get(model) ?? []) {
      const isRoute = model.endpoints.some(
        ({ kind, owner, member }) => kind === 'http' && owner === one.owner && member === one.member,
      )
      if (!isRoute) model.report(new LiveRouteInvalid({ method: endpointName(one), reason: 'no @Get()' }))
    }
    for (const endpoint of model.endpoints as unknown as HttpEndpoint[]) {
      const declaration = declarationOf(endpoint)
      if (declaration === undefined) continue
      const reason = problemOf(endpoint)
      if (reason === undefined) this.add(hub, endpoint, declaration)
      else model.report(new LiveRouteInvalid({ method: endpointName(endpoint), reason }))
    }
    model.contribute(ENTITY_WRITES, (entities) => hub.written(entities.map(entityKey)))
    if (hub.routes.size === 0) return
    let parts: LiveStreamParts | undefined
    const partsOf = (): LiveStreamParts => (parts ??= streamParts(model, hub))
    model.addSteps(liveSteps((endpoint) => hub.routes.has(endpoint), partsOf))
  }

  describe(endpoint: EndpointModel): object | undefined {
    const declaration = declarationOf(endpoint as unknown as HttpEndpoint)
    if (declaration === undefined) return undefined
    const { keys, entities = [] } = declaration
    const fixed = fixedKeys(keys) ?? ['by arguments']
    return { live: [...fixed, ...namesOf(entities).map(entityKey)] }
  }

  async compile(model: AppModel): Promise<void> {
    const hub = hubOf(model)
    const options = (await provided(model, LIVE_OPTIONS))!
    const web = model.features.find((one) => one instanceof WebFeature)
    hub.afterCommit = model.contributions(AFTER_COMMIT)
    this.started.add(hub)
    model.state.stopping.addEventListener('abort', () => (hub.subscriptions.isStopping = true), {
      once: true,
    })
    await hub.open(liveSettings(options, await provided(model, PUB_SUB)), web)
  }

  async stop(): Promise<void> {
    const hubs = [...this.started]
    this.started.clear()
    for (const hub of hubs) await hub.close()
  }

  private add(hub: LiveHub, endpoint: HttpEndpoint, declaration: LiveDeclaration): void {
    const { keys, entities = [], share, patch = true } = declaration
    const fixed = [...(fixedKeys(keys) ?? []), ...namesOf(entities).map(entityKey)]
    hub.routes.set(endpoint, { number: hub.routes.size, keys: fixed, share, patch })
    // caches have to tell the result from the stream of events
    endpoint.headers = [...(endpoint.headers ?? []), { name: 'Vary', value: 'Accept' }]
  }

  private isFirst(model: AppModel): boolean {
    return model.features.find(({ name }) => name === LIVE_FEATURE) === this
  }
}

async function provided<T>({ graph, injector }: AppModel, token: Token<T>): Promise<T | undefined> {
  for (const record of graph.records())
    if (record.token === token) return (await injector.resolve(record)) as T
  return undefined
}

function declarationOf({ kind, metadata }: HttpEndpoint): LiveDeclaration | undefined {
  return kind === 'http' ? metadata.onMethod(Live) : undefined
}

function problemOf({ method, events, direct }: HttpEndpoint): string | undefined {
  if (events) return 'answers with events of its own (@Sse)'
  if (direct) return 'is of a @Direct() controller'
  return method === 'GET' ? undefined : `answers ${method}`
}

function namesOf(entities: NonNullable<LiveDeclaration['entities']>): readonly string[] {
  return listOf(entities).map((one) => (typeof one === 'string' ? one : one.name))
}

function streamParts(model: AppModel, live: LiveHub): LiveStreamParts {
  const { heartbeat, reconnect: retry } = live.settings
  const settings = eventSettings({
    ...(heartbeat !== undefined && { heartbeat }),
    ...(retry !== undefined && { retry }),
  })
  return { hub: new EventHub(model.state.stopping), live, settings }
}
