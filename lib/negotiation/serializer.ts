import type { StreamFormat, WriteJson } from '../web/index.js'

/** What a serializer may use. */
export interface SerializeContext {
  /** Writes JSON as the route does: with the writer of its class and the policy for BigInts. */
  readonly json: WriteJson
  /** What is written, such as `application/hal+json`. */
  readonly type: string
}

/** How the values of a stream are written one after another. */
export type SerializedStream = Omit<StreamFormat, 'type' | 'item'> & {
  /**
   * @param value the next one
   * @param index from 0
   * @param context see `SerializeContext`
   */
  item(value: unknown, index: number, context: SerializeContext): string | Uint8Array
}

/** Writes results in one form. */
export interface Serializer {
  /** Its media types, the usual one first; the others are answered to clients that name them. */
  readonly types: readonly string[]
  /** What is added to the content type: `charset=utf-8`. */
  readonly parameters?: string
  /**
   * Writes one result.
   *
   * @param value what the handler returned; never undefined or null, for which nothing is sent
   * @param context see `SerializeContext`
   */
  serialize(value: unknown, context: SerializeContext): string | Uint8Array
  /** Writes streams value by value; without it they are collected first, up to 10 000 values. */
  readonly stream?: SerializedStream
  /** Called at boot where a route uses it: loads packages. */
  prepare?(): void
}

/** What is needed to define a serializer. */
export interface SerializerDefinition extends Omit<Serializer, 'types'> {
  /** One media type or several. */
  readonly types: string | readonly string[]
}

/**
 * Defines a serializer, for `createApp(Root, { serializers })` or for one route: `@Produces('application/json', mine)`.
 *
 * @param definition its types, and a function that writes a value
 * @example
 * const ics = defineSerializer({ types: 'text/calendar', parameters: 'charset=utf-8', serialize: (event) => toIcs(event) })
 */
export function defineSerializer(definition: SerializerDefinition): Serializer {
  const { types } = definition
  return { ...definition, types: typeof types === 'string' ? [types] : types }
}
