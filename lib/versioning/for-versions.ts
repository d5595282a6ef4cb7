import type { Class } from '../common/index.js'
import { defineDecorator, readClass, type AnyDecorator, type MetadataRef } from '../metadata/index.js'
import {
  AppliesTo,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type EndpointModel,
} from '../pipeline/index.js'
import { VERSION_NEUTRAL, versionsOf, type HttpEndpoint } from '../web/index.js'
import type { KnownVersions } from './known-versions.js'

type VersionName = string | typeof VERSION_NEUTRAL

/** What `@ForVersions` stores. */
const VersionsMetadata = defineDecorator({
  name: 'ForVersions',
  on: ['class'],
  value: (...versions: VersionName[]) => versions,
  check: (versions) =>
    versions.length > 0 && versions.every((one) => typeof one === 'string' || one === VERSION_NEUTRAL)
      ? undefined
      : 'names no version',
})

/** The versions of the application of an endpoint; of endpoints that were prepared. */
const known = new WeakMap<object, KnownVersions>()

/**
 * Makes a guard, interceptor, pipe or filter part of some versions only, wherever it was named: by `@UseGuards` and its
 * kin, under `APP_GUARD` and its kin, or by `app.useGlobalGuards`. Other versions pay nothing for it. Without
 * `enableVersioning` it is part of all routes.
 *
 * @param versions versions, ranges such as `'<3'`, and `VERSION_NEUTRAL` for routes without any version; one has to fit
 * @example
 * @Injectable() @ForVersions('<3')
 * class LegacyKeyGuard implements CanActivate { … }
 */
export function ForVersions(...versions: readonly VersionName[]): AnyDecorator {
  const note = VersionsMetadata(...versions)
  const apply = AppliesTo((endpoint) => isIn(endpoint, versions))
  return (target, member, place) => {
    note(target, member, place)
    if (member === undefined) apply(target)
  }
}

function isIn(endpoint: EndpointModel, wanted: readonly VersionName[]): boolean {
  const application = known.get(endpoint)
  if (application === undefined) return true
  const { version } = endpoint as unknown as HttpEndpoint
  const names = (versionsOf(version) ?? []).filter((one) => typeof one === 'string')
  if (names.length === 0) return wanted.includes(VERSION_NEUTRAL)
  return wanted.some((one) => typeof one === 'string' && names.some(application.test(one)))
}

/**
 * Tells endpoints which versions their application has.
 *
 * @param endpoint prepared
 * @param versions of the application
 */
export function noteVersions(endpoint: HttpEndpoint, versions: KnownVersions): void {
  known.set(endpoint, versions)
}

const KINDS = [UseGuards, UseInterceptors, UsePipes, UseFilters] as readonly MetadataRef<unknown[]>[]

/**
 * Tells whether some guard or the like of an endpoint is for some versions only.
 *
 * @param endpoint a route
 * @param globals the classes of the global ones
 */
export function hasVersioned({ metadata }: HttpEndpoint, globals: readonly (Class | undefined)[]): boolean {
  const own = KINDS.flatMap((kind) => [...(metadata.onClass(kind) ?? []), ...(metadata.onMethod(kind) ?? [])])
  const classes = own.map((one) =>
    typeof one === 'function' ? one : (one as { constructor?: unknown } | null)?.constructor,
  )
  return [...classes, ...globals].some(
    (one) => typeof one === 'function' && readClass(VersionsMetadata, one as Class) !== undefined,
  )
}
