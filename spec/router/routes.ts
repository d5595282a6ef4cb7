import {
  createRouteTable,
  type RouteDefinition,
  type RouteMatch,
  type RouteTable,
  type RouteTableOptions,
} from 'corbel/router'

/** Declares routes briefly: `GET /users/:id`, optionally `GET //host/users`; the value is the text itself. */
export function routes(...declared: string[]): RouteDefinition<string>[] {
  return declared.map((text) => {
    const [method, target] = [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' ') + 1)]
    const host = /^\/\/([^/]+)(.*)$/.exec(target)
    return host === null
      ? { method, pattern: target, origin: text, value: text }
      : { method, pattern: host[2]!, host: host[1]!, origin: text, value: text }
  })
}

/** A table of routes declared briefly. */
export function tableOf(declared: string[], options?: RouteTableOptions): RouteTable<string> {
  return createRouteTable(routes(...declared), options)
}

/** What a table answers, as something short to compare with. */
export function answer(
  table: RouteTable<string>,
  method: string,
  path: string,
  host?: string,
): { to: string; params: Record<string, string> } | string {
  const found = table.match(method, path, host)
  if (found.route !== undefined) return { to: found.route.value, params: { ...found.params } }
  return found.reason === 'method' ? `method: ${found.allow.join(', ')}` : found.reason
}

/** The match of a GET that has to find something. */
export function matched<T>(table: RouteTable<T>, path: string, host?: string): RouteMatch<T> {
  const found = table.match('GET', path, host)
  if (found.route === undefined) throw new Error(`GET ${path}: ${found.reason}`)
  return found
}

/** What is thrown. */
export function thrownBy(action: () => unknown): any {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
