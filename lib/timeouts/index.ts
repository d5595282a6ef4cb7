export { Timeout, type TimeoutDeclaration, type TimeoutOptions } from './decorator.js'
export { GatewayTimeout, HandlerTimeout, TimeoutInvalid } from './errors.js'
export { timeoutsFeature } from './feature.js'
