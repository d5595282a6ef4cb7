import { httpExceptionFor } from '../../pipeline/index.js'

let known: ReadonlyMap<string, number> | undefined

/** The statuses of errors by the names of their classes: `NotFoundException`; made when a comment tells one. */
function statusesByName(): ReadonlyMap<string, number> {
  const all = Array.from({ length: 200 }, (_, index) => 400 + index)
  return (known ??= new Map(
    all.flatMap((status) => {
      const { name } = httpExceptionFor(status)().constructor
      return name === 'HttpException' ? [] : [[name, status] as const]
    }),
  ))
}

/**
 * The statuses of the errors that a comment tells by `@throws`.
 *
 * @param text one error in a line, by its class or its status: `NotFoundException There is no such cat`
 * @returns nothing of errors whose status is not known
 */
export function thrownStatuses(text: string): readonly (readonly [status: number, description: string])[] {
  if (text === '') return []
  return text.split('\n').flatMap((line) => {
    const [name = '', ...words] = line.split(' ')
    const status = /^[45]\d\d$/.test(name) ? Number(name) : statusesByName().get(name)
    return status === undefined ? [] : [[status, words.join(' ') || name] as const]
  })
}
