import type { AbstractClass, Class, MaybePromise } from '../common/index.js'
import { Injectable } from '../di/index.js'
import { defineDecorator, readClass, type AnyDecorator } from '../metadata/index.js'
import type { ExecutionContext } from '../pipeline/index.js'
import type { Decision } from './decision.js'

/** How a policy is asked. */
export interface PolicyOptions {
  /**
   * True if it has something to say of callers that are not logged in: its methods get undefined for them. Default false:
   * they are answered 401 without being asked about.
   */
  readonly anonymous?: boolean
}

/** What a class of policies may have beside its actions. */
export interface PolicyHooks<Resource = unknown> {
  /**
   * Finds the resource that a call is about.
   *
   * @param key the path parameter, or what `@Can` says
   * @param context the call
   * @returns undefined or null if there is none
   */
  load?(key: never, context: ExecutionContext): MaybePromise<Resource | null | undefined>
  /**
   * Asked before every action: true or false decides it, undefined leaves it to the action.
   *
   * @param principal who makes the call
   * @param action the name of the method
   */
  before?(principal: never, action: string): MaybePromise<boolean | Decision | undefined>
}

interface PolicyNote extends PolicyOptions {
  readonly resource: Class | AbstractClass
}

const Note = defineDecorator({
  name: 'Policy',
  on: ['class'],
  value: (note: PolicyNote) => note,
  check: ({ resource }) =>
    typeof resource === 'function' ? undefined : 'names no class (an import cycle may have hidden it)',
})

/**
 * Marks a provider whose methods say who can do what with the resources of a class. Each method is an action; it gets the
 * principal and, if it takes a second parameter, the resource, and returns true, false or a `Decision`.
 *
 * @param resource the class
 * @param options see `PolicyOptions`
 * @example
 * @Policy(Article)
 * class ArticlePolicy {
 *   constructor(private readonly articles: Articles) {}
 *   load(id: string) { return this.articles.find(id) }
 *   create(principal: Principal) { return principal.claims['verified'] === true }
 *   update(principal: Principal, article: Article) { return isOwner(principal, article, 'authorId') }
 * }
 */
export function Policy(resource: Class | AbstractClass, options: PolicyOptions = {}): AnyDecorator {
  const note = Note({ ...options, resource })
  const injectable = Injectable()
  return (target, member, place) => {
    note(target, member, place)
    if (member === undefined) injectable(target)
  }
}

/** What `@Policy` says of a class; undefined for other classes. */
export function policyNote(type: Class): PolicyNote | undefined {
  return readClass(Note, type)
}

/** Of every object, or no actions. */
const RESERVED = new Set(['constructor', 'load', 'before'])

/**
 * The method of a policy for an action: declared in its class or one above it, never what all objects have.
 *
 * @param type of the policy
 * @param action its name
 */
export function actionOf(type: Class, action: string): ((...args: never[]) => unknown) | undefined {
  if (RESERVED.has(action)) return undefined
  return methodOf(type, action)
}

/** A method by its name, where some class of the application declares it. */
export function methodOf(type: Class, name: string): ((...args: never[]) => unknown) | undefined {
  let prototype = type.prototype as object | null
  while (prototype !== null && prototype !== Object.prototype) {
    const own = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown
    if (typeof own === 'function') return own as (...args: never[]) => unknown
    prototype = Object.getPrototypeOf(prototype) as object | null
  }
  return undefined
}
