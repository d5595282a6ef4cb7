import type { Class } from '../../common/index.js'
import { defineDecorator, type AnyDecorator } from '../../metadata/index.js'
import type { SchemaObject } from '../document.js'
import type { TypeReference } from '../schema/type-reference.js'

/** What `@ApiProperty` may say: a schema object, and how to find the type. */
export interface ApiPropertyOptions extends Omit<
  SchemaObject,
  'type' | 'required' | 'enum' | 'items' | 'nullable'
> {
  /** A class, `[a class]`, a function that returns one, or the name of a JSON Schema type. */
  type?: TypeReference
  /** True for a list of `type` (or of members of `enum`). */
  isArray?: boolean
  /** Default true, unless the rules of the property say otherwise; a list names what an inline object has to have. */
  required?: boolean | string[]
  /** True if null is a value. */
  nullable?: boolean
  /** The values, an enum object, or a function that returns one of them. */
  enum?: readonly unknown[] | Readonly<Record<string, string | number>> | (() => unknown)
  /** Makes the enum a component of that name, so that clients have one type for it. */
  enumName?: string
  /** What the component of `enumName` says besides its values. */
  enumSchema?: SchemaObject
  items?: SchemaObject
  /** Of a property that names an object of another class: leads to the operation with `@ApiDefaultGetter` of that class. */
  link?: () => Class
  /** As `required`, where `type` is `'object'` and `required` lists its properties. */
  selfRequired?: boolean
  /** The name in JSON, where it is not the property's. */
  name?: string
}

/** What the decorator stores: what it was given, and whether the property is left out. */
export interface PropertyDeclaration {
  readonly options: ApiPropertyOptions
  readonly hidden: boolean
}

/** The declaration of one property. */
export const PropertyMetadata = defineDecorator({
  name: 'ApiProperty',
  on: ['property'],
  repeatable: true,
  value: (options: ApiPropertyOptions, hidden: boolean): PropertyDeclaration => ({ options, hidden }),
})

/**
 * Describes a property of a DTO beyond what its type and its rules say.
 *
 * @param options see `ApiPropertyOptions`
 * @example
 * @ApiProperty({ example: 'Ada', description: 'As shown on the page' }) name: string
 */
export function ApiProperty(options: ApiPropertyOptions = {}): AnyDecorator {
  return PropertyMetadata(options, false)
}

/** As `ApiProperty`, of a property that may be left out. */
export function ApiPropertyOptional(options: ApiPropertyOptions = {}): AnyDecorator {
  return PropertyMetadata({ required: false, ...options }, false)
}

/** As `ApiProperty`, of a property that only responses have. */
export function ApiResponseProperty(options: ApiPropertyOptions = {}): AnyDecorator {
  return PropertyMetadata({ readOnly: true, ...options }, false)
}

/** Leaves a property out of documents. */
export function ApiHideProperty(): AnyDecorator {
  return PropertyMetadata({}, true)
}

/** What `@ApiSchema` may say. */
export interface ApiSchemaOptions {
  /** The name of the component; by default the class's. */
  readonly name?: string
  readonly description?: string
  /** Anything else that a schema object may have: `additionalProperties`, `example`, `x-…`. */
  readonly [keyword: string]: unknown
}

/** Names and describes the schema of a class. */
export const ApiSchema = defineDecorator({
  name: 'ApiSchema',
  on: ['class'],
  value: (options: ApiSchemaOptions) => options,
})
