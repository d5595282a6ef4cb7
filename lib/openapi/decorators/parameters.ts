import { defineDecorator, type AnyDecorator } from '../../metadata/index.js'
import type { ExampleObject, ReferenceObject, SchemaObject } from '../document.js'
import type { TypeReference } from '../schema/type-reference.js'

/** What a parameter decorator may say. */
export interface ApiParameterOptions {
  readonly description?: string
  readonly required?: boolean
  readonly deprecated?: boolean
  readonly schema?: SchemaObject
  readonly type?: TypeReference
  readonly isArray?: boolean
  readonly format?: string
  readonly enum?: readonly unknown[] | Readonly<Record<string, string | number>>
  readonly enumName?: string
  /** What the component of `enumName` says besides its values. */
  readonly enumSchema?: SchemaObject
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, ExampleObject | ReferenceObject>>
  readonly style?: string
  readonly explode?: boolean
  readonly allowReserved?: boolean
  readonly [extension: `x-${string}`]: unknown
}

/** A parameter by name; of a query also by class: each of its properties is one. */
export type ApiNamedParameterOptions = ApiParameterOptions & { readonly name?: string }

/** What stands on a class or method about one parameter. */
export interface ParameterDeclaration {
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly options: ApiNamedParameterOptions
}

/** All of them, in the order of application. */
export const ParameterMetadata = defineDecorator({
  name: 'ApiParam',
  on: ['class', 'method'],
  merge: 'append',
  value: (place: ParameterDeclaration['in'], options: ApiNamedParameterOptions): ParameterDeclaration[] => [
    { in: place, options },
  ],
  check: ([declared]) =>
    declared!.options.name === undefined &&
    !(declared!.in === 'query' && declared!.options.type !== undefined)
      ? 'names no parameter'
      : undefined,
  label: ([declared]) =>
    ({ path: 'ApiParam', query: 'ApiQuery', header: 'ApiHeader', cookie: 'ApiCookie' })[declared!.in],
})

/** Describes a path parameter. */
export function ApiParam(options: ApiNamedParameterOptions): AnyDecorator {
  return ParameterMetadata('path', options)
}

/** Describes a query parameter; with a class as `type` and no name, one for each of its properties. */
export function ApiQuery(options: ApiNamedParameterOptions): AnyDecorator {
  return ParameterMetadata('query', options)
}

/** Describes a request header. */
export function ApiHeader(options: ApiNamedParameterOptions): AnyDecorator {
  return ParameterMetadata('header', options)
}

/** Describes several request headers. */
export function ApiHeaders(list: readonly ApiNamedParameterOptions[]): AnyDecorator {
  const decorators = list.map((options) => ApiHeader(options))
  return (target, member, place) => decorators.forEach((decorate) => decorate(target, member, place))
}

/** Describes a cookie. */
export function ApiCookie(options: ApiNamedParameterOptions): AnyDecorator {
  return ParameterMetadata('cookie', options)
}

/** What `@ApiBody` may say. */
export interface ApiBodyOptions {
  readonly description?: string
  readonly required?: boolean
  readonly type?: TypeReference
  readonly isArray?: boolean
  readonly schema?: SchemaObject
  readonly enum?: readonly unknown[] | Readonly<Record<string, string | number>>
  readonly enumName?: string
  /** What the component of `enumName` says besides its values. */
  readonly enumSchema?: SchemaObject
  readonly examples?: Readonly<Record<string, ExampleObject | ReferenceObject>>
  readonly [extension: `x-${string}`]: unknown
}

/** Describes the request body. */
export const ApiBody = defineDecorator({
  name: 'ApiBody',
  on: ['method'],
  repeatable: true,
  value: (options: ApiBodyOptions) => options,
})
