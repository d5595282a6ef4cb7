import { defineError } from '../common/index.js'

/** A pattern, or a constraint in it, cannot be understood or is not supported. */
export const RoutePatternInvalid = defineError<{ pattern: string; origin: string; problem: string }>(
  'CORBEL_ROUTE_PATTERN',
  'The path pattern "{pattern}" of {origin} cannot be used: {problem}',
)

/** Two routes answer the same method, host and paths, so that one of them could never be reached. */
export const RouteDuplicate = defineError<{ route: string; first: string; second: string }>(
  'CORBEL_ROUTE_DUPLICATE',
  '{route} is declared twice: by {first} and by {second}. Remove one of them or give it another path or method.',
)

/** Two routes of different origin have one name. */
export const RouteNameTaken = defineError<{ name: string; first: string; second: string }>(
  'CORBEL_ROUTE_NAME',
  'The route name "{name}" is used twice: by {first} and by {second}. Links need one meaning for a name: rename one.',
)

/** A link to a name that no route has. */
export const LinkUnknown = defineError<{ name: string }>(
  'CORBEL_LINK_UNKNOWN',
  'No route is named "{name}". Give a route this name, or correct the link.',
)

/** A link whose parameter is missing or cannot stand in the path. */
export const LinkParamInvalid = defineError<{
  name: string
  param: string
  pattern: string
  problem: string
}>('CORBEL_LINK_PARAM', 'The link to "{name}" ({pattern}) cannot be written: parameter "{param}" {problem}.')
