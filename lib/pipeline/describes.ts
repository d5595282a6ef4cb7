import type { Class } from '../common/index.js'
import { defineDecorator, readClass } from '../metadata/index.js'
import type { EndpointModel, ParamModel } from './endpoint.js'

/** Credentials that a guard asks for. */
export interface SecurityNote {
  /** The name of the scheme in documents. */
  readonly name: string
  /** A security scheme object of OpenAPI: `{ type: 'http', scheme: 'bearer' }`. */
  readonly scheme: Readonly<Record<string, unknown>>
  readonly scopes?: readonly string[]
  /** True if calls without credentials are let through. Default false. */
  readonly optional?: boolean
}

/** What a pipe takes. */
export interface ValueNote {
  /** A JSON Schema of the value as clients send it. */
  readonly schema?: Readonly<Record<string, unknown>>
  /** A class, or a Standard Schema, in the place of the parameter's declared type. */
  readonly type?: unknown
  /** True for a list of `type`. */
  readonly isList?: boolean
  /** Whether a missing value is refused. */
  readonly required?: boolean
  /** What stands for a missing value. */
  readonly default?: unknown
  /** True if only the rules of `type` refuse something: without any, there is nothing to refuse. */
  readonly byRules?: boolean
  /** The groups of rules that count. */
  readonly groups?: readonly string[]
}

/** The form of error bodies that a filter writes. */
export interface ErrorNote {
  readonly schema?: Readonly<Record<string, unknown>>
  readonly type?: Class
  /** Default `application/json`. */
  readonly mediaType?: string
}

/** A body that an interceptor reads, where it is of another kind than the parser's. */
export interface BodyNote {
  readonly mediaType: string
  /** The members that it adds to those of `@Body()`. */
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** How an interceptor makes results plain by the decorators of their classes (class-transformer's options). */
export interface ResultNote {
  /** A class that results are made into first. */
  readonly type?: unknown
  readonly groups?: readonly string[]
  readonly version?: number
  readonly strategy?: 'excludeAll' | 'exposeAll'
  /** Properties whose names begin with one of these are left out. */
  readonly excludePrefixes?: readonly string[]
  /** True if only what is exposed goes out. Default false. */
  readonly excludeExtraneousValues?: boolean
  /** True if nothing is left out. Default false. */
  readonly ignoreDecorators?: boolean
}

/** What a guard, interceptor, pipe or filter tells of the endpoints that it stands on, for documents and clients. */
export interface EnhancerNotes {
  readonly security?: readonly SecurityNote[]
  /** True if one of `security` is enough; by default all are needed. */
  readonly alternatives?: boolean
  /** Statuses with which it may answer itself, with a description each. */
  readonly responses?: Readonly<Record<number, string>>
  readonly errors?: ErrorNote
  readonly body?: BodyNote
  readonly result?: ResultNote
  readonly value?: ValueNote
}

/** Where an enhancer stands. */
export interface EnhancerPlace {
  readonly endpoint: EndpointModel
  /** Undefined while there is none: it lives for a call, or is not built yet. */
  readonly instance: unknown
  /** The parameter that a pipe serves. */
  readonly param?: ParamModel
}

/** Notes that depend on the place. */
export type NotesAt = (place: EnhancerPlace) => EnhancerNotes | undefined

/**
 * Says on the class of a guard, interceptor, pipe or filter what documents should know of it. Derived classes inherit it.
 *
 * @param notes the same everywhere, or a function of the place
 * @example
 * @Describes({ security: [{ name: 'key', scheme: { type: 'apiKey', in: 'header', name: 'X-Key' } }], responses: { 401: 'No key' } })
 * class KeyGuard implements CanActivate {}
 */
export const Describes = defineDecorator({
  name: 'Describes',
  on: ['class'],
  value: (notes: EnhancerNotes | NotesAt) => notes,
})

/**
 * What an enhancer says of a place.
 *
 * @param metatype its class
 * @param place where it stands
 * @returns undefined if it says nothing
 */
export function notesOf(metatype: Class | undefined, place: EnhancerPlace): EnhancerNotes | undefined {
  const notes = metatype === undefined ? undefined : readClass(Describes, metatype)
  return typeof notes === 'function' ? notes(place) : notes
}
