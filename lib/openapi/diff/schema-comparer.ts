import type { OpenApiDocument, SchemaObject } from '../document.js'
import { within, type ApiChange, type ChangeKind, type FlowDirection } from './change.js'
import { compareFlat } from './compare-schemas.js'
import { flattenSchema } from './flatten-schema.js'

/** What was found in one pair of components, in one direction. */
interface ComparedComponent {
  readonly name: string
  readonly changes: Omit<ApiChange, 'operations'>[]
  /** The components that it refers to. */
  readonly refersTo: Set<ComparedComponent>
  readonly operations: Set<string>
}

/** Where schemas are compared for: what they differ in is told of it. */
export interface SchemaPlace {
  readonly direction: FlowDirection
  readonly operation: string | undefined
  /** The component around them. */
  readonly component?: ComparedComponent
  report(kind: ChangeKind, rule: string, place: string, message: string): void
}

/**
 * Compares schemas of two documents. A component is compared once in each direction, however many operations refer to
 * it: its changes then name them all. That also ends schemas that refer to themselves.
 */
export class SchemaComparer {
  private readonly compared = new Map<string, ComparedComponent>()

  constructor(
    private readonly before: OpenApiDocument,
    private readonly after: OpenApiDocument,
  ) {}

  /**
   * Compares two schemas, and what they refer to.
   *
   * @param before may be a reference; undefined where nothing is said
   * @param after as `before`
   * @param at whose schemas they are, and who is told
   * @param place for people: `request body`
   */
  compare(
    before: SchemaObject | boolean | undefined,
    after: SchemaObject | boolean | undefined,
    at: SchemaPlace,
    place: string,
  ): void {
    const [old, now] = [schemaOf(before), schemaOf(after)]
    if (old.$ref !== undefined && now.$ref !== undefined) this.component(old, now, at)
    else this.flat(old, now, at, place)
  }

  /** The changes of all components, each once for each direction in which it is used. */
  changes(): readonly ApiChange[] {
    const all = [...this.compared.values()]
    for (const one of all) spread(one, one.operations, new Set())
    return all.flatMap(({ changes, operations }) =>
      changes.map((change) => ({ ...change, operations: [...operations] })),
    )
  }

  private component(before: SchemaObject, after: SchemaObject, at: SchemaPlace): void {
    const { direction, operation } = at
    const key = `${direction} ${before.$ref} ${after.$ref}`
    let known = this.compared.get(key)
    if (known === undefined) {
      const name = before.$ref!.split('/').at(-1)!
      known = { name, changes: [], refersTo: new Set(), operations: new Set() }
      this.compared.set(key, known)
      const own = known
      const inner: SchemaPlace = {
        direction,
        operation: undefined,
        component: own,
        report: (kind, rule, place, message) => {
          own.changes.push({ kind, rule, place: within(`${direction} schema ${name}`, place), message })
        },
      }
      this.flat(before, after, inner, '')
    }
    if (operation !== undefined) known.operations.add(operation)
    at.component?.refersTo.add(known)
  }

  private flat(before: SchemaObject, after: SchemaObject, at: SchemaPlace, place: string): void {
    compareFlat(flattenSchema(this.before, before), flattenSchema(this.after, after), at, place, this)
  }
}

/** Whoever refers to a component refers to what is in it. */
function spread(
  { refersTo }: ComparedComponent,
  operations: ReadonlySet<string>,
  seen: Set<ComparedComponent>,
): void {
  for (const one of refersTo) {
    if (seen.has(one)) continue
    seen.add(one)
    for (const operation of operations) one.operations.add(operation)
    spread(one, operations, seen)
  }
}

function schemaOf(schema: SchemaObject | boolean | undefined): SchemaObject {
  if (schema === false) return { not: {} }
  return typeof schema === 'object' ? schema : {}
}
