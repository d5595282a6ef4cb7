import { CorbelError } from '../../common/index.js'
import { OperationIdTaken } from '../errors.js'

/** What an id is made of. */
export interface OperationName {
  readonly controller: string
  readonly method: string
  readonly httpMethod: string
  readonly path: string
  readonly version: string | undefined
}

/**
 * The usual id: `usersFind` of `UsersController.find`.
 *
 * @param name of controller and method
 */
export function usualOperationId({
  controller,
  method,
}: Pick<OperationName, 'controller' | 'method'>): string {
  const owner = controller.replace(/Controller$/, '') || controller
  return legal(owner.charAt(0).toLowerCase() + owner.slice(1) + capital(method))
}

/** Gives operations their ids: readable, unique, and the same at each boot. */
export class OperationIds {
  private readonly taken = new Map<string, string>()

  /** @param make of the application; the usual ids without it */
  constructor(private readonly make: (name: OperationName) => string = usualOperationId) {}

  /**
   * The id of an operation. Of a method that has several, the first has the plain name, the others tell what they differ
   * in: the version, the parameters of the path, the HTTP method.
   *
   * @param name what it is made of
   * @param explicit as a decorator says
   * @param origin for messages
   * @throws {CorbelError} CORBEL_OPENAPI_OPERATION_ID if a decorator's id is taken
   */
  next(name: OperationName, explicit: string | undefined, origin: string): string {
    if (explicit !== undefined) {
      const first = this.taken.get(explicit)
      if (first !== undefined && first !== origin)
        throw new OperationIdTaken({ id: explicit, first, second: origin }) as CorbelError
      return this.take(first === undefined ? explicit : this.free(explicit, name), origin)
    }
    return this.take(this.free(this.make(name), name), origin)
  }

  private free(base: string, { version, path, httpMethod }: OperationName): string {
    if (!this.taken.has(base)) return base
    const byVersion = version === undefined ? base : `${base}V${legal(version)}`
    const parameters = [...path.matchAll(/\{(\w+)[^}]*\}/g)].map(([, one]) => capital(one!))
    const byParameters = parameters.length === 0 ? byVersion : `${byVersion}By${parameters.join('And')}`
    const byMethod = `${byParameters}${capital(httpMethod.toLowerCase())}`
    for (const one of [byVersion, byParameters, byMethod]) if (!this.taken.has(one)) return one
    for (let number = 2; ; number++)
      if (!this.taken.has(`${byMethod}${number}`)) return `${byMethod}${number}`
  }

  private take(id: string, origin: string): string {
    this.taken.set(id, origin)
    return id
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function legal(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_]/g, '_')
}
