import type {
  ApplicationDescription,
  EndpointDescription,
  ModuleDescription,
  ProviderDescription,
} from './describe.js'

/**
 * Writes a description for people: the modules with what they provide, then each endpoint with its steps.
 *
 * @param description from `app.describe()`
 * @returns lines of text, without one at the end
 * @example
 * console.log(formatDescription(app.describe()))
 */
export function formatDescription({ modules, endpoints }: ApplicationDescription): string {
  const lines = modules.flatMap(moduleLines)
  const titles = endpoints.map(titleOf)
  const width = Math.max(0, ...titles.map(({ length }) => length))
  endpoints.forEach((endpoint, index) => {
    if (index === 0) lines.push('')
    lines.push(`${titles[index]!.padEnd(width)}  ${endpoint.handler} (${endpoint.module})`)
    const steps = [...middlewareOf(endpoint), ...endpoint.plan]
    // a lone handler says nothing that the line above does not
    if (steps.length > 1) lines.push(`  ${steps.join(' → ')}`)
    for (const note of endpoint.notes ?? []) lines.push(`  ${note}`)
  })
  return lines.join('\n')
}

function moduleLines(module: ModuleDescription): string[] {
  const marks = [module.global ? 'global' : '', module.dynamic ? 'dynamic' : ''].filter(Boolean)
  return [
    `${module.name}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`,
    ...listed('imports', module.imports),
    ...listed('exports', module.exports),
    ...module.controllers.map((one) => `  controller ${providerText(one)}`),
    ...module.providers.map((one) => `  provider ${providerText(one)}`),
  ]
}

function listed(label: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`  ${label} ${names.join(', ')}`]
}

function providerText(provider: ProviderDescription): string {
  const made = provider.class ?? (provider.kind === 'class' ? undefined : provider.kind)
  const scope = provider.durable === true ? 'durable' : provider.scope
  const because = provider.because === undefined ? '' : `: ${provider.because}`
  return [
    provider.token,
    made === undefined ? '' : ` = ${made}`,
    provider.dependencies.length === 0 ? '' : ` ← ${provider.dependencies.join(', ')}`,
    scope === 'singleton' ? '' : ` [${scope}${because}]`,
  ].join('')
}

/** What transports say about an endpoint: `GET /v1/cats, /v2/cats`. */
function titleOf({ kind, method, paths, path, host, versions }: EndpointDescription): string {
  if (typeof method !== 'string') return kind
  const where = Array.isArray(paths) ? paths.join(', ') : String(path)
  // with versions anywhere but in the path, the path does not tell them
  const isTold = Array.isArray(paths) && paths.length > 0 && !paths.includes(path)
  const version = Array.isArray(versions) && !isTold ? ` (version ${versions.join(', ')})` : ''
  return `${method.padEnd(6)} ${typeof host === 'string' ? host : ''}${where}${version}`
}

function middlewareOf({ middleware }: EndpointDescription): readonly string[] {
  return Array.isArray(middleware) ? middleware.map((name) => `middleware ${String(name)}`) : []
}
