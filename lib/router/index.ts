export {
  LinkParamInvalid,
  LinkUnknown,
  RouteDuplicate,
  RouteNameTaken,
  RoutePatternInvalid,
} from './errors.js'
export { createLinkWriter, type LinkWriter } from './link.js'
export { findDuplicates, findRouteErrors } from './parsed-route.js'
export { createPathMatcher, type PathMatcherOptions } from './path-matcher.js'
export { normalisePath } from './path.js'
export { hostParamNames, pathParamNames } from './param-names.js'
export { createRouteTable } from './table.js'
export type {
  NoRoute,
  PathParams,
  RouteDefinition,
  RouteMatch,
  RouteTable,
  RouteTableOptions,
} from './types.js'
