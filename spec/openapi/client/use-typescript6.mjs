// openapi-typescript needs the classic compiler API, which TypeScript 7 does not have
import { register } from 'node:module'

const resolve = `export function resolve(name, context, next) {
  return next(name === 'typescript' ? 'typescript6' : name, context)
}`
register(`data:text/javascript,${encodeURIComponent(resolve)}`)
