import { explainMissingPackage } from '../../common/index.js'

/** What is used of the package's options. */
export interface SanitizeOptions {
  readonly allowedTags: string[]
  readonly allowedAttributes: Record<string, string[]>
  readonly allowedSchemes: string[]
  readonly allowProtocolRelative: boolean
  readonly disallowedTagsMode: 'discard'
  readonly nestingLimit: number
  readonly transformTags: Record<
    string,
    (name: string, attributes: Record<string, string>) => { tagName: string; attribs: Record<string, string> }
  >
}

/** The package's one function. */
export type Sanitize = (html: string, options: SanitizeOptions) => string

/**
 * Loads sanitize-html when it is first needed, so that a missing package is explained.
 *
 * @param load for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export async function loadSanitize(
  load: () => Promise<{ readonly default: unknown }> = () => import('sanitize-html'),
): Promise<Sanitize> {
  try {
    return (await load()).default as Sanitize
  } catch (error) {
    throw explainMissingPackage(error, 'sanitize-html', 'HtmlSanitizer')
  }
}
