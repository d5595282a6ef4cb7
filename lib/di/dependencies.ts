import type { Class } from '../common/index.js'
import {
  constructorOwner,
  existingMembers,
  lineage,
  parameterTypes,
  propertyType,
  readMember,
  readParameters,
} from '../metadata/index.js'
import { Inject, Optional, type InjectValue } from './decorators.js'
import type { FactoryDependency } from './provider.js'
import type { Dependency } from './records.js'
import { isForwardReference, type Token } from './tokens.js'

/**
 * What the constructor of a class takes, from its parameter types and `@Inject`.
 *
 * @param target any class
 */
export function constructorDependencies(target: Class): Dependency[] {
  const types = parameterTypes(target) ?? []
  const injected = readParameters(Inject, target)
  const optional = readParameters(Optional, target)
  const length = Math.max(types.length, ...[...injected.keys()].map((index) => index + 1), 0)
  return Array.from({ length }, (_, place) =>
    dependency(place, injected.get(place), types[place], optional.has(place)),
  )
}

/**
 * The properties of a class that are marked with `@Inject`, inherited ones included.
 *
 * @param target any class
 */
export function propertyDependencies(target: Class): Dependency[] {
  const found = new Map<PropertyKey, Dependency>()
  for (const owner of lineage(target)) {
    for (const member of existingMembers(owner)) {
      const injected = readMember(Inject, owner, member)
      if (injected === undefined) continue
      const optional = readMember(Optional, owner, member) === true
      found.set(member, dependency(member, injected, propertyType(owner, member), optional))
    }
  }
  return [...found.values()]
}

/**
 * What a factory takes.
 *
 * @param inject the provider's `inject` list
 */
export function factoryDependencies(inject: readonly FactoryDependency[]): Dependency[] {
  return inject.map((entry, place) => {
    if (typeof entry === 'object' && entry !== null && 'token' in entry) {
      return dependency(place, { explicit: true, token: entry.token }, undefined, entry.optional)
    }
    return dependency(place, { explicit: true, token: entry }, undefined, false)
  })
}

/**
 * Tells whether a class takes parameters of which nothing is known, because no decorator made the compiler record them.
 *
 * @param target any class
 */
export function hasUnknownParameters(target: Class): boolean {
  return (
    constructorOwner(target).length > 0 &&
    parameterTypes(target) === undefined &&
    readParameters(Inject, target).size === 0
  )
}

function dependency(
  place: number | PropertyKey,
  inject: InjectValue | undefined,
  type: Class | undefined,
  optional: boolean,
): Dependency {
  const named = inject?.explicit === true ? inject.token : type
  const forward = isForwardReference(named)
  const token = (forward ? named.forwardRef() : named) as Token | undefined
  return { place, token, optional, forward, target: undefined }
}
