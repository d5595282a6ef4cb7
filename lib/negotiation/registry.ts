import { fullMediaType } from '../http/index.js'
import { cborSerializer, messagePackSerializer } from './binary-forms.js'
import { csvSerializer } from './csv.js'
import type { Serializer } from './serializer.js'
import { html, json, ndjson, text } from './text-forms.js'
import { xmlSerializer } from './xml.js'
import { yamlSerializer } from './yaml.js'

/** All serializers of an application. */
export class SerializerRegistry {
  private readonly byType = new Map<string, Serializer>()

  /** @param own those of the application: they take the place of built-in ones */
  constructor(own: readonly Serializer[] = []) {
    const builtIn = [
      json,
      ndjson,
      text,
      html,
      xmlSerializer(),
      csvSerializer(),
      yamlSerializer(),
      messagePackSerializer(),
      cborSerializer(),
    ]
    for (const serializer of [...builtIn, ...own])
      for (const type of serializer.types) this.byType.set(type.toLowerCase(), serializer)
  }

  /**
   * Who writes a type.
   *
   * @param name a media type, or a short name
   * @returns also for types that end in `+json`, `+xml` … (RFC 6839); undefined if nobody does
   */
  find(name: string): Serializer | undefined {
    const type = fullMediaType(name).toLowerCase()
    const suffix = /\+(\w+)$/.exec(type)?.[1]
    return (
      this.byType.get(type) ?? (suffix === undefined ? undefined : this.byType.get(`application/${suffix}`))
    )
  }
}
