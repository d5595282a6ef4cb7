import type { PipeTransform } from '../../pipeline/index.js'
import { loadSanitize, type SanitizeOptions } from './package.js'

/**
 * What is left of HTML that others have written: `text` no tags at all, `inline` what stands in a line, `article` also headings, lists,
 * tables and pictures.
 */
export type HtmlPolicy = 'text' | 'inline' | 'article'

/** The options of `HtmlSanitizer`. */
export interface HtmlSanitizerOptions {
  /** Default `inline`. */
  readonly policy?: HtmlPolicy
  /** Tags beside those of the policy, without attributes. Scripts, styles, frames and forms cannot be allowed. */
  readonly tags?: readonly string[]
  /** The `rel` of links. Default `nofollow ugc noopener`. */
  readonly rel?: string
}

const INLINE = words('a abbr b br code del em i ins kbd mark q s small strong sub sup u')
const ARTICLE = [
  ...INLINE,
  ...words('blockquote caption dd div dl dt figcaption figure h2 h3 h4 h5 h6 hr img li ol p pre span'),
  ...words('table tbody td tfoot th thead tr ul'),
]
const TAGS: Readonly<Record<HtmlPolicy, readonly string[]>> = { text: [], inline: INLINE, article: ARTICLE }

/** What runs code, loads things, asks for things, or changes how everything beside it is read. */
const NEVER = new Set(
  words(
    'base button embed form frame frameset iframe input link math meta noscript object option plaintext script select style svg template textarea title xmp',
  ),
)

function words(text: string): string[] {
  return text.split(' ')
}

/**
 * Makes HTML of others fit to be shown: of what it has, a list of harmless tags and attributes is kept. Sanitize what is shown, and keep what
 * was written: what is harmless today need not be tomorrow.
 */
export class HtmlSanitizer {
  private readonly options: SanitizeOptions

  /**
   * @param options see `HtmlSanitizerOptions`
   * @throws {TypeError} for tags that are never allowed
   */
  constructor({ policy = 'inline', tags = [], rel = 'nofollow ugc noopener' }: HtmlSanitizerOptions = {}) {
    const never = tags.find((tag) => NEVER.has(tag.toLowerCase()))
    if (never !== undefined) throw new TypeError(`HtmlSanitizer: <${never}> cannot be allowed.`)
    this.options = {
      allowedTags: [...TAGS[policy], ...tags],
      allowedAttributes: {
        a: ['href', 'rel', 'title'],
        abbr: ['title'],
        img: ['src', 'alt', 'title', 'width', 'height', 'loading'],
        td: ['colspan', 'rowspan'],
        th: ['colspan', 'rowspan', 'scope'],
      },
      allowedSchemes: ['https', 'http', 'mailto', 'tel'],
      // `//evil.example` looks like a path
      allowProtocolRelative: false,
      disallowedTagsMode: 'discard',
      nestingLimit: 50,
      transformTags: {
        a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel } }),
        img: (tagName, attribs) => ({ tagName, attribs: { ...attribs, loading: 'lazy' } }),
      },
    }
  }

  /**
   * @param html of others
   * @returns HTML that may stand in a page, between tags
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING
   */
  async sanitize(html: string): Promise<string> {
    const sanitize = await loadSanitize()
    return sanitize(html, this.options)
  }
}

/**
 * Sanitizes a parameter that is text; others are left as they are.
 *
 * @example
 * @Post() comment(@Body('html', new SanitizeHtmlPipe({ policy: 'inline' })) html: string) {}
 */
export class SanitizeHtmlPipe implements PipeTransform {
  private readonly sanitizer: HtmlSanitizer

  /** @param options see `HtmlSanitizerOptions` */
  constructor(options: HtmlSanitizerOptions = {}) {
    this.sanitizer = new HtmlSanitizer(options)
  }

  transform(value: unknown): unknown {
    return typeof value === 'string' ? this.sanitizer.sanitize(value) : value
  }
}
