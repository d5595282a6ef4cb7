import type { Class } from '../common/index.js'
import { readClass } from '../metadata/index.js'
import { Injectable, Scope } from './decorators.js'
import { constructorDependencies, factoryDependencies, propertyDependencies } from './dependencies.js'
import { hasForm, isProviderObject, type Provider, type ValueProvider } from './provider.js'
import { ProviderRecord, type ModuleRecord, type ProviderRole, type ProviderSource } from './records.js'
import type { Token } from './tokens.js'

/**
 * The record of a provider of any form.
 *
 * @param provider checked
 * @param module that it belongs to
 * @param role what it is there
 */
export function providerRecord(provider: Provider, module: ModuleRecord, role: ProviderRole): ProviderRecord {
  if (!isProviderObject(provider)) return classRecord(provider, module, role, provider)
  if (hasForm(provider, 'useClass')) {
    const own = readClass(Injectable, provider.useClass)
    return classRecord(provider.provide, module, role, provider.useClass, {
      scope: provider.scope ?? own?.scope ?? Scope.DEFAULT,
      durable: provider.durable ?? own?.durable ?? false,
    })
  }
  if (hasForm(provider, 'useFactory')) {
    const source: ProviderSource = { kind: 'factory', useFactory: provider.useFactory }
    const record = new ProviderRecord(
      provider.provide,
      module,
      role,
      source,
      provider.scope,
      provider.durable,
    )
    record.arguments = factoryDependencies(provider.inject ?? [])
    return record
  }
  if (hasForm(provider, 'useExisting')) {
    const record = new ProviderRecord(provider.provide, module, role, { kind: 'alias' })
    record.arguments = factoryDependencies([provider.useExisting])
    return record
  }
  return valueRecord(provider, module, role)
}

/** A value is there from the beginning. Only real promises are awaited: a double may answer to `then` as to anything. */
function valueRecord(
  { provide, useValue }: ValueProvider,
  module: ModuleRecord,
  role: ProviderRole,
): ProviderRecord {
  const record = new ProviderRecord(provide, module, role, { kind: 'value', useValue })
  if (useValue instanceof Promise) return record
  record.instance = useValue
  record.built = true
  return record
}

/**
 * The record of a class.
 *
 * @param token under which it is found
 * @param module that it belongs to
 * @param role what it is there
 * @param useClass the class
 * @param options its scope; what `@Injectable` says by default
 */
export function classRecord(
  token: Token,
  module: ModuleRecord,
  role: ProviderRole,
  useClass: Class,
  options = readClass(Injectable, useClass),
): ProviderRecord {
  const record = new ProviderRecord(
    token,
    module,
    role,
    { kind: 'class', useClass },
    scopeIn(role, options?.scope),
    options?.durable,
  )
  record.arguments = constructorDependencies(useClass)
  record.properties = propertyDependencies(useClass)
  return record
}

/** Nobody injects controllers, middleware and enhancers, so that a transient one has one owner: the application. */
function scopeIn(role: ProviderRole, declared: Scope | undefined): Scope | undefined {
  if (role === 'module') return Scope.DEFAULT
  return role !== 'provider' && declared === Scope.TRANSIENT ? Scope.DEFAULT : declared
}
