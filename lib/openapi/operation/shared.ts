import type { ResponseDeclaration } from '../decorators/responses.js'
import type { OpenApiOptions, SharedParameter } from '../options.js'

/** What every operation of a document has besides its own. */
export interface SharedParts {
  readonly parameters: readonly SharedParameter[]
  readonly responses: readonly ResponseDeclaration[]
}

/** @param options of the document */
export function sharedParts({ parameters = [], responses = [] }: OpenApiOptions): SharedParts {
  return { parameters, responses: responses.map((one) => ({ status: 'default', ...one })) }
}
