/**
 * Puts a value in the place of what a class computes: routers of middleware set such properties on requests.
 *
 * @param target the request or response
 * @param name of the property
 * @param value what it is from now on
 */
export function setOwn(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true })
}
