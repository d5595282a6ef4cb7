export { resolveH2Options, type H2Choices, type H2Limits, type H2Options } from './limits.js'
export { H2Protocol } from './protocol.js'
export { upgradeHandler } from './upgrade.js'
