/** What is stored under a method and a pattern. */
export interface RouteDefinition<T> {
  /** Upper case, or `*` for every method that has no route of its own on the same pattern. */
  readonly method: string
  /**
   * The path pattern; a missing first slash is added. A segment is a literal, `:name`, `:name(constraint)`, or text with
   * parameters in it (`:from-:to`, `file.:ext`). Optional is what stands in braces (`/users{/:id}`, `/:name{.:format}`)
   * and `:name?`. A wildcard takes any text, slashes too: `*`, `*name`, `{*name}`, `(.*)`. At the end of a path it also
   * matches nothing after its slash, `{/*name}` not even the slash; before the end, only `*name` needs some text.
   * `\` escapes a special character. Literal text is compared decoded.
   */
  readonly pattern: string
  /** Host pattern (`api.example.com`, `:tenant.example.com`); undefined for every host. */
  readonly host?: string
  /** Where it was declared, for messages: `UsersController.find`. */
  readonly origin: string
  /** The function that answers, so that messages can say where it is written. */
  readonly handler?: unknown
  /** A name for links. */
  readonly name?: string
  readonly value: T
}

/** Parameters of one match, decoded. Inherits nothing, so that no name can reach a built-in property. */
export type PathParams = Readonly<Record<string, string>>

/** The answer of a lookup that found a route. */
export interface RouteMatch<T> {
  readonly route: RouteDefinition<T>
  /** By name; the text of an unnamed wildcard is under `*` and under `0`. */
  readonly params: PathParams
  /** Parameters of the route's host pattern: apart, so that a host cannot pass for a path parameter. */
  readonly hostParams: PathParams
}

/** Why there is no route: nothing has this path, the path exists under other methods, or the path is malformed. */
export type NoRoute =
  | { readonly route: undefined; readonly reason: 'not-found' }
  | { readonly route: undefined; readonly reason: 'method'; readonly allow: readonly string[] }
  | { readonly route: undefined; readonly reason: 'malformed' }

/** How paths are compared. */
export interface RouteTableOptions {
  /** Whether `/Users` and `/users` differ. Default true. Parameter values always keep their case. */
  readonly caseSensitive?: boolean
  /** Whether `/users` and `/users/` differ. Default false. */
  readonly strict?: boolean
}

/** All routes of an application, compiled; it never changes. */
export interface RouteTable<T> {
  /**
   * Finds the route of a request.
   *
   * @param method upper case
   * @param path the path of the request target as it was received: not decoded, without query
   * @param host the request's authority; a port is ignored. Only read if a route has a host pattern
   * @returns the match, or the reason why there is none; never throws
   */
  match(method: string, path: string, host?: string): RouteMatch<T> | NoRoute
  /**
   * Lists the routes.
   *
   * @returns the definitions in the order in which they were given
   */
  list(): readonly RouteDefinition<T>[]
  /**
   * Writes the path of a named route.
   *
   * @param name the route's name
   * @param params values by parameter name; a wildcard's may contain slashes, an optional one may be missing
   * @returns the path, percent-encoded; it finds the same route again
   * @throws {CorbelError} CORBEL_LINK_UNKNOWN if no route has the name; CORBEL_LINK_PARAM if a value is missing or
   *   cannot stand in the path
   */
  link(name: string, params?: Readonly<Record<string, unknown>>): string
}
