import { isClass, isStandardSchema, schemaOf, type Class, type StandardSchema } from '../../common/index.js'
import type { DescribeModel } from '../../core/index.js'
import { readClass } from '../../metadata/index.js'
import { ApiExtraModels } from '../decorators/operation.js'
import { ApiSchema } from '../decorators/property.js'
import { copyAsJson } from '../copy.js'
import type { SchemaObject } from '../document.js'
import { docstringOf, type Docstrings } from './docstring.js'
import { differsByDirection, propertiesOf, type Direction, type PropertyFacts } from './properties.js'
import { ModelDescriptions } from './models.js'
import { propertySchema, type TypeSchemas } from './property-schema.js'
import { primitiveSchema } from './primitive.js'
import { jsonSchemaOf, liftDefinitions, type SchemaConverter } from './standard-schema.js'
import { isBuiltIn, resolveType, type ResolvedType, type TypeReference } from './type-reference.js'
import { title, USUAL_VIEW, viewKey, viewSuffix, type ResultView } from './view.js'

/** Which of the schemas of a class is meant. */
export interface SchemaUse {
  readonly direction: Direction
  /** Groups of rules; all rules without groups by default. */
  readonly groups?: readonly string[] | undefined
  /** How results are made plain: what it leaves out is not in the schema. */
  readonly view?: ResultView | undefined
}

/** The schemas of a document: classes and enums become components, each once. */
export class SchemaRegistry {
  /** By name, in the order in which they were met. */
  readonly components: Record<string, SchemaObject> = {}
  private readonly references = new Map<unknown, Map<string, string>>()
  private readonly directional = new Map<Class, boolean>()
  private readonly unequal = new Map<Class, boolean>()
  private readonly viewed = new Map<Class, Map<string, boolean>>()
  private readonly tags = new Map<Class, Map<string, Set<string>>>()
  private readonly holders = new Map<Class, SchemaObject[]>()
  private readonly models: ModelDescriptions
  private readonly facts = new Map<Class, Map<string, readonly PropertyFacts[]>>()

  /**
   * @param convert of the application, for schemas whose library does not make JSON Schema
   * @param docstrings by `Class` and `Class.member`: descriptions of what has none
   * @param describers of features that know classes, such as entities
   * @param exampleOf makes examples of classes
   */
  constructor(
    private readonly convert?: SchemaConverter,
    private readonly docstrings: Docstrings = {},
    describers: readonly DescribeModel[] = [],
    private readonly exampleOf: (type: Class) => unknown = () => undefined,
  ) {
    this.models = new ModelDescriptions(describers)
  }

  /**
   * The schema of a type, as decorators name it.
   *
   * @param reference class, list, name …
   * @param use direction and groups
   * @param origin for messages
   */
  of(reference: TypeReference, use: SchemaUse, origin: string): SchemaObject {
    const { type, lists } = resolveType(reference, origin)
    let schema = this.ofType(type, use)
    for (let level = 0; level < lists; level++) schema = { type: 'array', items: schema }
    return schema
  }

  /** The schema of a type that is known: a reference for classes of the application. */
  ofType(type: ResolvedType['type'], use: SchemaUse): SchemaObject {
    if (typeof type === 'string' || isBuiltIn(type)) return primitiveSchema(type)
    const schema = schemaOf(type)
    if (schema !== undefined) return this.ofStandard(schema, isClass(type) ? type.name : undefined, use)
    return isClass(type) ? { $ref: this.component(type, use) } : {}
  }

  /**
   * The schema of a class itself, not a reference to it.
   *
   * @param type a class, or a Standard Schema
   * @param use direction and groups
   */
  inline(type: Class | StandardSchema, use: SchemaUse): SchemaObject {
    const schema = schemaOf(type)
    if (schema !== undefined) return this.lifted(jsonSchemaOf(schema, use.direction, this.convert) ?? {})
    return isClass(type) ? this.objectSchema(type, use) : {}
  }

  /** A component for an enum; the first of a name counts. */
  enumeration(name: string, schema: SchemaObject): SchemaObject {
    this.components[name] ??= schema
    return { $ref: reference(name) }
  }

  /**
   * What has to be called otherwise, now that everything is known: of a class with two schemas, that of responses has its
   * name, whichever was met first.
   */
  renames(): ReadonlyMap<string, string> {
    const found = new Map<string, string>()
    for (const known of this.references.values()) {
      const [input, output] = [known.get('input  '), known.get('output  ')]
      if (input === undefined || output !== `${input}Output`) continue
      const free = this.freeName(input.slice(PREFIX.length), 'Input')
      found.set(input, reference(free)).set(output, input)
    }
    return found
  }

  /** The components of a class, as references. */
  referencesTo(type: Class): readonly string[] {
    return [...(this.references.get(type)?.values() ?? [])]
  }

  /** The classes that have a component. */
  classes(): readonly Class[] {
    return [...this.references.keys()].filter((one) => isClass(one))
  }

  /** What is known of the properties of a class as it is sent. */
  propertiesOf(type: Class): readonly PropertyFacts[] {
    return this.factsOf(type, { direction: 'output' })
  }

  private component(type: Class, use: SchemaUse): string {
    const direction = this.isDirectional(type) ? use.direction : ''
    const view = use.view !== undefined && this.isViewed(type, use.view) ? use.view : undefined
    const key = `${direction} ${use.groups?.join(',') ?? ''} ${view === undefined ? '' : viewKey(view)}`
    const known = this.references.get(type) ?? new Map<string, string>()
    this.references.set(type, known)
    const existing = known.get(key)
    if (existing !== undefined) return existing
    const isFirst = known.size === 0 && view === undefined
    const suffix = view === undefined ? suffixOf(use, direction) : viewSuffix(view)
    const name = this.freeName(nameOf(type), isFirst ? undefined : suffix)
    known.set(key, reference(name))
    const holder: SchemaObject = {}
    this.components[name] = holder // in its place before its properties are looked at: they may refer to it
    Object.assign(holder, this.objectSchema(type, use), this.exampleFor(type, use))
    this.holders.set(type, [...(this.holders.get(type) ?? []), holder])
    for (const [property, values] of this.tags.get(type) ?? []) writeTag(holder, property, values)
    for (const one of readClass(ApiExtraModels, type) ?? []) this.ofType(one, use)
    return reference(name)
  }

  /** What a factory makes has everything; the schema has only what its use shows. */
  private exampleFor(type: Class, use: SchemaUse): SchemaObject {
    const made = copyAsJson(this.exampleOf(type))
    if (typeof made !== 'object' || made === null) return {}
    const entries = Object.entries(made) as [string, unknown][]
    const shown = this.factsOf(type, use).flatMap(({ name, outerName }) =>
      entries.filter(([key]) => key === name).map(([, value]) => [outerName, value] as const),
    )
    return { examples: [Object.fromEntries(shown)] }
  }

  private objectSchema(type: Class, use: SchemaUse): SchemaObject {
    const schemas: TypeSchemas = {
      ofType: (one) => this.ofType(one, use),
      enumeration: (name, schema) => this.enumeration(name, schema),
      tag: (one, property, value) => this.tag(one, property, value),
    }
    const facts = this.factsOf(type, use)
    const properties: Record<string, SchemaObject> = {}
    for (const one of facts) {
      const schema = propertySchema(one, `${type.name}.${one.name}`, schemas)
      const text = docstringOf(this.docstrings, type, one.name)
      properties[one.outerName] = text === undefined ? schema : { description: text, ...schema }
    }
    const required = facts.filter(isRequired).map(({ outerName }) => outerName)
    const { name: _, ...keywords } = readClass(ApiSchema, type) ?? {}
    const text = this.docstrings[type.name]
    return {
      type: 'object',
      ...(text !== undefined && { description: text }),
      ...(facts.length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      ...keywords,
    }
  }

  /** Reading them looks at several stores, so that it is done once where directions do not matter. */
  private factsOf(
    type: Class,
    { direction, groups, view = USUAL_VIEW }: SchemaUse,
  ): readonly PropertyFacts[] {
    const byUse = this.facts.get(type) ?? new Map<string, readonly PropertyFacts[]>()
    this.facts.set(type, byUse)
    const shown = view === USUAL_VIEW ? '' : viewKey(view)
    const key = `${this.differs(type) ? direction : ''} ${groups?.join(',') ?? ''} ${shown}`
    const found =
      byUse.get(key) ?? propertiesOf(type, { direction, groups, view, models: this.models.of(type) })
    byUse.set(key, found)
    return found
  }

  private ofStandard(schema: StandardSchema, className: string | undefined, use: SchemaUse): SchemaObject {
    const made = jsonSchemaOf(schema, use.direction, this.convert)
    if (made === undefined) return {}
    const { id, ...rest } = this.lifted(made)
    const wanted = typeof id === 'string' ? id : className
    if (wanted === undefined) return rest
    const known = this.references.get(schema) ?? new Map<string, string>()
    this.references.set(schema, known)
    const text = JSON.stringify(rest)
    const existing = known.get(text)
    if (existing !== undefined) return { $ref: existing }
    const name = this.freeName(legal(wanted), known.size === 0 ? undefined : suffixOf(use, use.direction))
    this.components[name] = rest
    known.set(text, reference(name))
    return { $ref: reference(name) }
  }

  private lifted(schema: SchemaObject): SchemaObject {
    return liftDefinitions(schema, (name, definition) => {
      const free = this.freeName(legal(name), undefined)
      this.components[free] = definition
      return reference(free)
    })
  }

  /** Objects of the class carry a property that only their place demands. */
  private tag(type: Class, property: string, value: string): void {
    const tags = this.tags.get(type) ?? new Map<string, Set<string>>()
    this.tags.set(type, tags)
    const values = tags.get(property) ?? new Set<string>()
    tags.set(property, values.add(value))
    for (const holder of this.holders.get(type) ?? []) writeTag(holder, property, values)
  }

  /** True if the class itself has other properties in one direction than in the other. */
  private differs(type: Class): boolean {
    let known = this.unequal.get(type)
    if (known !== undefined) return known
    known = differsByDirection(type)
    // what is generated is read only: that is said in both directions alike
    for (const { sent, optional, schema } of this.models.of(type).values())
      known ||= sent === 'never' || (sent === 'always' && optional && schema['readOnly'] !== true)
    this.unequal.set(type, known)
    return known
  }

  /** True if the class, or one that it refers to, has other properties in one direction than in the other. */
  private isDirectional(type: Class): boolean {
    let known = this.directional.get(type)
    if (known === undefined)
      this.directional.set(type, (known = this.reaches(type, (one) => this.differs(one))))
    return known
  }

  /** True if the class, or one that it refers to, shows something else in a view than usual. */
  private isViewed(type: Class, view: ResultView): boolean {
    const byView = this.viewed.get(type) ?? new Map<string, boolean>()
    this.viewed.set(type, byView)
    const key = viewKey(view)
    let known = byView.get(key)
    if (known === undefined) {
      const shown = (one: Class, within: ResultView): string =>
        this.factsOf(one, { direction: 'output', view: within })
          .map(({ outerName }) => outerName)
          .join()
      known = this.reaches(type, (one) => shown(one, view) !== shown(one, USUAL_VIEW), view)
      byView.set(key, known)
    }
    return known
  }

  /** True if a test holds for a class or one that it refers to, however far away. */
  private reaches(type: Class, test: (one: Class) => boolean, view?: ResultView): boolean {
    const met = new Set([type])
    // a set is walked to what is added meanwhile
    for (const one of met) {
      if (test(one)) return true
      for (const nested of nestedClasses(one, this.factsOf(one, { direction: 'output', view })))
        met.add(nested)
    }
    return false
  }

  private freeName(name: string, suffix: string | undefined): string {
    const wanted = suffix === undefined ? name : `${name}${suffix}`
    if (!(wanted in this.components)) return wanted
    for (let number = 2; ; number++)
      if (!(`${wanted}${number}` in this.components)) return `${wanted}${number}`
  }
}

/**
 * Tells whether a property has to be there.
 *
 * @param facts of the property
 */
export function isRequired({ options, optional, initial }: PropertyFacts): boolean {
  const { required = options.selfRequired } = options
  const own = Array.isArray(required) ? options.selfRequired : required
  return own ?? (optional !== true && initial === undefined)
}

const PREFIX = '#/components/schemas/'

/** The pointer to the schema of a class or name. */
export function reference(name: string): string {
  return PREFIX + name
}

/** The name of the component of a class. */
export function nameOf(type: Class): string {
  return legal(readClass(ApiSchema, type)?.name ?? (type.name === '' ? 'Anonymous' : type.name))
}

function legal(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, '_')
}

function suffixOf({ groups }: SchemaUse, direction: string): string {
  return `${title(direction)}${(groups ?? []).map(title).join('')}`
}

function writeTag(holder: SchemaObject, property: string, values: ReadonlySet<string>): void {
  const list = [...values]
  holder.properties = { [property]: { type: 'string', enum: list }, ...holder.properties }
  holder.properties[property] = { type: 'string', enum: list }
  holder.required = [...new Set([property, ...(holder.required ?? [])])]
}

function nestedClasses(type: Class, facts: readonly PropertyFacts[]): Class[] {
  return facts.flatMap(({ options, transformed, declared, model, name }) => {
    const choose = transformed?.typeFunction as (() => unknown) | undefined
    const found: unknown[] = [choose?.length === 0 ? choose() : (model?.type?.() ?? declared)]
    if (options.type !== undefined) found.push(resolveType(options.type, `${type.name}.${name}`).type)
    return found.filter((one): one is Class => isClass(one) && !isBuiltIn(one) && !isStandardSchema(one))
  })
}
