import { isClass, type Class } from '../../common/index.js'
import type { AppModel } from '../../core/index.js'
import { readClass, type MetadataRef } from '../../metadata/index.js'
import {
  Describes,
  notesOf,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type EnhancerNotes,
  type KnownEnhancer,
  type ParamModel,
} from '../../pipeline/index.js'
import type { HttpEndpoint } from '../../web/index.js'

/** Reads what the enhancers of endpoints say of themselves; the global ones are looked up once. */
export class EndpointNotes {
  private readonly globals: Readonly<
    Record<'guards' | 'interceptors' | 'pipes' | 'filters', readonly KnownEnhancer[]>
  >

  /** What an operation asks for more than once. */
  private last: {
    readonly endpoint: HttpEndpoint
    readonly byKind: Map<'guards' | 'interceptors' | 'filters', readonly EnhancerNotes[]>
  } = { endpoint: undefined as never, byKind: new Map() }

  constructor(private readonly model: AppModel) {
    const { globals } = model
    this.globals = {
      guards: globals.known('guards'),
      interceptors: globals.known('interceptors'),
      pipes: globals.known('pipes'),
      filters: globals.known('filters'),
    }
  }

  /** Of guards, in the order in which they are asked. */
  guards(endpoint: HttpEndpoint): readonly EnhancerNotes[] {
    return this.notes(endpoint, 'guards', UseGuards)
  }

  /** True if a guard stands there of whose kind nothing is said: it answers 403 by saying no. */
  hasOtherGuards(endpoint: HttpEndpoint): boolean {
    const all = [...this.globals.guards, ...this.declared(endpoint, UseGuards)]
    return all.some(({ metatype }) => metatype === undefined || readClass(Describes, metatype) === undefined)
  }

  interceptors(endpoint: HttpEndpoint): readonly EnhancerNotes[] {
    return this.notes(endpoint, 'interceptors', UseInterceptors)
  }

  /** Of filters, those of the application first: what comes later is nearer to the handler. */
  filters(endpoint: HttpEndpoint): readonly EnhancerNotes[] {
    return this.notes(endpoint, 'filters', UseFilters)
  }

  /** Of the pipes of a parameter, in the order in which they run. */
  pipes(endpoint: HttpEndpoint, param: ParamModel): readonly EnhancerNotes[] {
    const own = this.known(param.pipes, endpoint)
    const chain = param.piped ? [...this.globals.pipes, ...this.declared(endpoint, UsePipes), ...own] : own
    const { defaultPipe } = this.model.globals
    const isReplaced =
      defaultPipe === undefined ||
      !param.piped ||
      chain.some(
        ({ metatype }) => metatype === defaultPipe.type || metatype?.prototype instanceof defaultPipe.type,
      )
    const all = isReplaced ? chain : [{ metatype: defaultPipe.type, instance: defaultPipe.pipe }, ...chain]
    return all.flatMap(({ metatype, instance }) => notesOf(metatype, { endpoint, instance, param }) ?? [])
  }

  private notes(
    endpoint: HttpEndpoint,
    kind: 'guards' | 'interceptors' | 'filters',
    ref: MetadataRef<unknown[]>,
  ): readonly EnhancerNotes[] {
    if (this.last.endpoint !== endpoint) this.last = { endpoint, byKind: new Map() }
    const { byKind } = this.last
    let notes = byKind.get(kind)
    if (notes === undefined) {
      notes = [...this.globals[kind], ...this.declared(endpoint, ref)].flatMap(
        ({ metatype, instance }) => notesOf(metatype, { endpoint, instance }) ?? [],
      )
      byKind.set(kind, notes)
    }
    return notes
  }

  private declared(endpoint: HttpEndpoint, ref: MetadataRef<unknown[]>): readonly KnownEnhancer[] {
    const { metadata } = endpoint
    const all = [...(metadata.onClass(ref) ?? []), ...(metadata.onMethod(ref) ?? [])]
    return this.known(all, endpoint)
  }

  private known(declared: readonly unknown[], { module }: HttpEndpoint): readonly KnownEnhancer[] {
    return declared.map((one) => {
      if (!isClass(one)) return { metatype: (one as { constructor?: Class }).constructor, instance: one }
      const record = module.injectables.get(one) ?? module.providers.get(one)
      return { metatype: one, instance: record?.built === true ? record.instance : undefined }
    })
  }
}
