import 'reflect-metadata'
import type { AnyDecorator } from './define-decorator.js'
import { noteHandler, ownValues, type DeclaringClass, type MetadataKey } from './store.js'

/** A decorator that also tells its key: `SetMetadata('roles', …).KEY`. */
export type CustomDecorator<K extends MetadataKey = string> = AnyDecorator & { readonly KEY: K }

/**
 * Puts a value of the user's own on a class or a method, to be read with `Reflector`.
 *
 * @param key the name to read it by
 * @param value anything
 * @example
 * export const Roles = (...roles: string[]) => SetMetadata('roles', roles)
 */
export function SetMetadata<K extends MetadataKey = string, V = unknown>(
  key: K,
  value: V,
): CustomDecorator<K> {
  const decorate: AnyDecorator = (target, member, place) => {
    const owner = (typeof target === 'function' ? target : target.constructor) as DeclaringClass
    ownValues(owner, member).set(key, value)
    const handler = (place as PropertyDescriptor | undefined)?.value as unknown
    if (typeof handler === 'function') noteHandler(handler, owner, member!)
    // code that reads with Reflect.getMetadata(key, handler) finds it too
    Reflect.defineMetadata(key, value, typeof handler === 'function' ? handler : owner)
  }
  return Object.assign(decorate, { KEY: key })
}

/**
 * Makes one decorator of several.
 *
 * @param decorators applied in the given order
 * @example
 * export const Auth = (...roles: string[]) => applyDecorators(SetMetadata('roles', roles), UseGuards(RolesGuard))
 */
export function applyDecorators(
  ...decorators: readonly (AnyDecorator | ClassDecorator | MethodDecorator | PropertyDecorator)[]
): AnyDecorator {
  const apply = (target: object, member?: string | symbol, place?: unknown): unknown => {
    let current = place
    for (const decorator of decorators) {
      if (member === undefined && place === undefined) (decorator as ClassDecorator)(target as never)
      // one that returns a descriptor replaces the method for those that come after it
      else {
        const replacement = (decorator as UntypedDecorator)(target, member, current)
        if (typeof replacement === 'object') current = replacement
      }
    }
    return current === place ? undefined : current
  }
  return apply
}

type UntypedDecorator = (target: object, member: string | symbol | undefined, place: unknown) => unknown
