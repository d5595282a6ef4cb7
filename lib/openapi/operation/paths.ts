import type { HttpEndpoint } from '../../web/index.js'
import { endpointName } from '../../pipeline/index.js'
import { parseHostPattern, parsePattern, UNNAMED, type PatternSegment } from '../../router/pattern.js'
import type { ServerObject } from '../document.js'

/** A parameter in a path of a document. */
export interface TemplateParameter {
  /** As the document names it. */
  readonly name: string
  /** As the route names it. */
  readonly key: string
  /** A regular expression for the whole value. */
  readonly pattern?: string
  /** True if its value may contain slashes, which OpenAPI cannot say. */
  readonly spans: boolean
}

/** A path as OpenAPI writes it. */
export interface PathTemplate {
  readonly path: string
  readonly parameters: readonly TemplateParameter[]
}

/**
 * Writes a route's pattern as path templates: one for each way to end it, if parts of it are optional.
 *
 * @param pattern of the route, with prefix and version
 * @param endpoint for messages
 * @returns the shortest first
 * @see https://spec.openapis.org/oas/v3.1.1#path-templating
 */
export function pathTemplates(pattern: string, endpoint: HttpEndpoint): readonly PathTemplate[] {
  const parsed = parsePattern(pattern, endpointName(endpoint), true)
  const templates = parsed.flatMap(({ segments, ends, wildcard }) => {
    const known = ends.map((end) => templateOf(segments.slice(0, end), undefined))
    return wildcard === undefined ? known : [...known, templateOf(segments, wildcard.name)]
  })
  const byPath = new Map(templates.map((template) => [template.path, template]))
  return [...byPath.values()].sort((a, b) => a.path.length - b.path.length)
}

function templateOf(segments: readonly PatternSegment[], wildcard: string | undefined): PathTemplate {
  const parameters: TemplateParameter[] = []
  const add = (key: string, spans: boolean, pattern?: string): string => {
    const base = key === UNNAMED ? 'wildcard' : key
    const taken = parameters.filter(({ name }) => name === base || name.startsWith(`${base}_`)).length
    const name = taken === 0 ? base : `${base}_${taken + 1}`
    parameters.push({ name, key, spans, ...(pattern !== undefined && { pattern }) })
    return `{${name}}`
  }
  const parts = segments.map(({ texts, params }) =>
    texts
      .map((text, index) => {
        const param = params[index]
        if (param === undefined) return encodeURI(text)
        const source = param.constraint?.source
        const pattern = source === undefined ? undefined : `^(?:${source.replace(/^\^|\$$/g, '')})$`
        return encodeURI(text) + add(param.name, param.spans !== undefined, pattern)
      })
      .join(''),
  )
  if (wildcard !== undefined) parts.push(add(wildcard, true))
  return { path: `/${parts.join('/')}`, parameters }
}

/**
 * What a host pattern is as a server.
 *
 * @param host `:tenant.example.com`
 * @param endpoint for messages
 */
export function hostServer(host: string, endpoint: HttpEndpoint): ServerObject {
  const variables: NonNullable<ServerObject['variables']> = {}
  const labels = parseHostPattern(host, endpointName(endpoint)).map(({ texts, params }) =>
    texts
      .map((text, index) => {
        const param = params[index]
        if (param === undefined) return text
        variables[param.name] = { default: param.name }
        return `${text}{${param.name}}`
      })
      .join(''),
  )
  return {
    url: `//${labels.join('.')}`,
    ...(Object.keys(variables).length > 0 && { variables }),
  }
}
