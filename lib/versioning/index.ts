export { defaultClient, type ClientReader } from './client.js'
export {
  ClientIncompatible,
  ClientVersionInvalid,
  CompatibilityInvalid,
  type ClientRange,
  type CompatibilityOptions,
} from './compatibility.js'
export { VersionConverter, type Conversion } from './converter.js'
export { Deprecated, type DeprecationInfo, type DeprecationOptions } from './deprecation.js'
export { versioningFeature, VersioningModuleDuplicate } from './feature.js'
export { ForVersions } from './for-versions.js'
export { VersionUnknown } from './known-versions.js'
export { UsageUnguarded, VersioningModule } from './module.js'
export type { DeprecationNotice } from './notices.js'
export type { DeprecationPolicy, UsageOptions, VersioningModuleOptions } from './options.js'
export { VersionShape } from './shape.js'
export { VersionSunset } from './sunset.js'
export { BodyUnconvertible } from './transform-step.js'
export {
  TransformerInvalid,
  VersionTransformer,
  type TransformerOptions,
  type VersionTransform,
} from './transformer.js'
export { MemoryUsageCounter, UsageCounter, type ApiUse, type UsageRow } from './usage-counter.js'
export {
  UsageReporter,
  type ClientUsage,
  type RouteUsage,
  type UsageFilter,
  type UsageReport,
} from './usage-report.js'
export { VersionOrderUnknown } from './version-order.js'
export { VersionRangeInvalid } from './version-range.js'
