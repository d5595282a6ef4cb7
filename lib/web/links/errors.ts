import { defineError } from '../../common/index.js'

/** A link to a route of several versions that does not say which, or names one that it does not have. */
export const LinkVersionUnclear = defineError<{ name: string; asked: string; versions: string }>(
  'CORBEL_LINK_VERSION',
  'The link to "{name}" asks for {asked}, and the route has {versions}. Say which: link(name, params, query, { version }).',
)

/** A link that is written before there are routes. */
export const LinkTooEarly = defineError<{ name: string }>(
  'CORBEL_LINK_EARLY',
  'The link to "{name}" is written before the routes are known. Write it in a handler, or in onApplicationBootstrap().',
)

/** A query that cannot be written. */
export const LinkQueryInvalid = defineError<{ name: string; param: string; type: string }>(
  'CORBEL_LINK_QUERY',
  'The link to "{name}" cannot be written: the query parameter "{param}" is of type {type}. Give text, numbers, booleans, dates, or lists of them.',
)

/** An origin that no link can begin with. */
export const LinkOriginInvalid = defineError<{ origin: string }>(
  'CORBEL_LINK_ORIGIN',
  'A link cannot begin with the origin "{origin}". Give one of http or https, such as https://example.com.',
)
