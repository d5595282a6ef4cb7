import { isClass } from '../common/index.js'
import { ModuleEntryFailed, ModuleEntryInvalid } from './errors.js'
import { hasForm, isProviderObject } from './provider.js'
import { reasonOf } from './provider-failed.js'
import type { ModuleRecord } from './records.js'
import { describeToken } from './tokens.js'

/**
 * Why something cannot stand among providers.
 *
 * @param provider whatever stands there
 * @returns undefined if it can
 */
export function providerProblem(provider: unknown): string | undefined {
  if (isClass(provider)) return undefined
  if (!isProviderObject(provider)) {
    return 'a provider must be a class or an object with "provide". If two files import each other, one is undefined here.'
  }
  if (provider.provide === undefined || provider.provide === null)
    return `"provide" is ${String(provider.provide)}. If two files import each other, use forwardRef.`
  if (hasForm(provider, 'useClass')) {
    return isClass(provider.useClass) ? undefined : '"useClass" is not a class.'
  }
  if (hasForm(provider, 'useFactory')) {
    if (typeof provider.useFactory !== 'function') return '"useFactory" is not a function.'
    const isList = provider.inject === undefined || Array.isArray(provider.inject)
    return isList ? undefined : '"inject" has to be an array.'
  }
  if (hasForm(provider, 'useExisting') || 'useValue' in provider) return undefined
  const undefinedForm = Object.keys(provider).find((key) => key.startsWith('use'))
  return undefinedForm === undefined
    ? 'it has none of useClass, useValue, useFactory, useExisting.'
    : `"${undefinedForm}" is undefined. If two files import each other, one of them is undefined here.`
}

/**
 * An error of an import that is no module.
 *
 * @param importer undefined for the root
 * @param index in its imports
 * @param entry what stands there
 */
export function invalidImport(importer: ModuleRecord | undefined, index: number, entry: unknown): Error {
  const reason = isClass(entry)
    ? 'the class has no @Module() decorator. Only modules can be imported; list providers under "providers".'
    : 'a module must be a class or a dynamic module. If two files import each other, use forwardRef(() => Module).'
  const details = { list: 'imports', index, entry: describeEntry(entry), reason }
  return new ModuleEntryInvalid({ module: importer?.name ?? 'createApp', ...details })
}

/** An error of an export that is undefined. */
export function undefinedExport(module: ModuleRecord, index: number): Error {
  const reason = 'if two files import each other, use forwardRef(() => X).'
  return new ModuleEntryInvalid({ module: module.name, list: 'exports', index, entry: 'undefined', reason })
}

/** An error of a promise or a forward reference in a module's list that failed with `cause`. */
export function entryFailed(
  module: ModuleRecord | undefined,
  list: string,
  index: number,
  cause: unknown,
): Error {
  const details = { module: module?.name ?? 'createApp', list, index, reason: reasonOf(cause) }
  return new ModuleEntryFailed(details, { cause })
}

/** What stands in a list, for messages. */
export function describeEntry(entry: unknown): string {
  if (isProviderObject(entry)) return `the provider of ${describeToken(entry.provide)}`
  return typeof entry === 'object' && entry !== null ? 'an object' : describeToken(entry)
}
