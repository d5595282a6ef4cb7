/** What is stored under a method and a pattern. */
export interface RouteDefinition<T> {
  /** Upper case, or `*` for every method that has no route of its own on the same pattern. */
  readonly method: string
  /**
   * Begins with `/`. Segments: literal, `:name`, `:name?` (last segments only), `*` or `*name` (the rest of the path;
   * a wildcard that stands last also matches nothing after its slash). Literal text is compared decoded.
   */
  readonly pattern: string
  /** Host pattern (`api.example.com`, `:tenant.example.com`); undefined for every host. */
  readonly host?: string
  /** Where it was declared, for messages: `UsersController.find`. */
  readonly origin: string
  /** A name for links. */
  readonly name?: string
  readonly value: T
}

/** Path and host parameters of one match, decoded. Has no prototype, so that no name can reach one. */
export type PathParams = Readonly<Record<string, string>>

/** The answer of a lookup that found a route. */
export interface RouteMatch<T> {
  readonly route: RouteDefinition<T>
  readonly params: PathParams
}

/** Why there is no route: nothing has this path, the path exists under other methods, or the path is malformed. */
export type NoRoute =
  | { readonly route: undefined; readonly reason: 'not-found' }
  | { readonly route: undefined; readonly reason: 'method'; readonly allow: readonly string[] }
  | { readonly route: undefined; readonly reason: 'malformed' }
