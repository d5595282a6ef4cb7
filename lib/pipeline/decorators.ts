import { isClass, type AbstractClass, type Class } from '../common/index.js'
import { InjectionToken, Injectable } from '../di/index.js'
import { defineDecorator, type AnyDecorator } from '../metadata/index.js'
import type { EndpointModel } from './endpoint.js'
import type { CanActivate, EnhancerOf, ExceptionFilter, Interceptor, PipeTransform } from './enhancers.js'

/** Guards a class or method; given as classes (built by the container) or instances. */
export const UseGuards = defineDecorator({
  name: 'UseGuards',
  on: ['class', 'method'],
  merge: 'append',
  value: (...guards: EnhancerOf<CanActivate>[]) => guards,
  check: (guards) => enhancerProblem(guards, 'canActivate'),
})

/** Wraps the calls of a class or method. */
export const UseInterceptors = defineDecorator({
  name: 'UseInterceptors',
  on: ['class', 'method'],
  merge: 'append',
  value: (...interceptors: EnhancerOf<Interceptor>[]) => interceptors,
  check: (interceptors) => enhancerProblem(interceptors, 'intercept'),
})

/** Pipes the parameters of a class's methods, or of one method. */
export const UsePipes = defineDecorator({
  name: 'UsePipes',
  on: ['class', 'method'],
  merge: 'append',
  value: (...pipes: EnhancerOf<PipeTransform<never>>[]) => pipes,
  check: (pipes) => enhancerProblem(pipes, 'transform'),
})

/** Sends the exceptions of a class or method to filters. */
export const UseFilters = defineDecorator({
  name: 'UseFilters',
  on: ['class', 'method'],
  merge: 'append',
  value: (...filters: EnhancerOf<ExceptionFilter<never>>[]) => filters,
  check: (filters) => enhancerProblem(filters, 'catch'),
})

/**
 * Says which of the things given to a decorator is no guard, interceptor, pipe or filter.
 *
 * @param given classes and instances
 * @param method that instances need; a class is looked at when its instance is made
 * @returns what is wrong, or undefined
 */
export function enhancerProblem(given: readonly unknown[], method: string): string | undefined {
  for (const [index, one] of given.entries()) {
    if (one === undefined || one === null) {
      return `its argument [${index}] is ${one}; if two files import each other, one of them is not there yet`
    }
    const isEnhancer = isClass(one) || typeof (one as Record<string, unknown>)[method] === 'function'
    if (!isEnhancer) return `its argument [${index}] is neither a class nor an object with ${method}()`
  }
  return undefined
}

/**
 * Says of which endpoints a guard, interceptor, pipe or filter is part, wherever it was named: asked once for each
 * endpoint, when the application starts, so that others pay nothing for it.
 *
 * @param test true for the endpoints that it is for
 */
export const AppliesTo = defineDecorator({
  name: 'AppliesTo',
  on: ['class'],
  merge: 'append',
  value: (test: (endpoint: EndpointModel) => boolean) => [test],
  check: ([test]) => (typeof test === 'function' ? undefined : 'is given no function'),
})

/** The exception types of a filter. */
export const CatchTypes = defineDecorator({
  name: 'Catch',
  on: ['class'],
  value: (...types: (Class | AbstractClass)[]) => types,
})

/**
 * Marks a filter and names the exceptions that it answers for; without a type it catches everything.
 *
 * @param types exception classes; subclasses are included
 */
export function Catch(...types: (Class | AbstractClass)[]): AnyDecorator {
  const note = CatchTypes(...types)
  const injectable = Injectable()
  return (target, member, place) => {
    note(target, member, place)
    if (member === undefined) injectable(target)
  }
}

/** Provide a guard under this token to have it run for every endpoint of every transport. Several may be provided. */
export const APP_GUARD = new InjectionToken<CanActivate>('APP_GUARD', { multi: true })
/** As `APP_GUARD`, for interceptors. */
export const APP_INTERCEPTOR = new InjectionToken<Interceptor>('APP_INTERCEPTOR', { multi: true })
/** As `APP_GUARD`, for pipes. */
export const APP_PIPE = new InjectionToken<PipeTransform>('APP_PIPE', { multi: true })
/** As `APP_GUARD`, for exception filters. */
export const APP_FILTER = new InjectionToken<ExceptionFilter>('APP_FILTER', { multi: true })
