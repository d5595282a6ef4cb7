export { nunjucksViews, type NunjucksOptions } from './engine.js'
export type { NunjucksEnvironment } from './nunjucks.js'
