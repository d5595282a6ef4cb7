import { createRequire } from 'node:module'
import { explainMissingPackage } from '../common/index.js'
import { BodyMalformed, BodyTooDeep, decodeText, isKnownCharset, type BodyFormat } from '../web/index.js'

/** How XML becomes objects. */
export interface XmlBodyOptions {
  /** In front of the names of attributes. Default `'@'`. */
  readonly attributePrefix?: string
  /** Where an element with attributes or children has its text. Default `'#text'`. */
  readonly textName?: string
  /** Elements that are lists also where there is one of them; others are lists only where they repeat. */
  readonly lists?: readonly string[]
  /** Keeps the root element: `{ order: { … } }` instead of what is in it. Default false. */
  readonly keepRoot?: boolean
}

interface XmlParser {
  parse(text: string, validate: true): Readonly<Record<string, unknown>>
}

type XmlParserClass = new (options: Readonly<Record<string, unknown>>) => XmlParser

const PACKAGE = 'fast-xml-parser'

/**
 * XML, read by `fast-xml-parser`: an element with children is an object, one with text alone its text. Document types
 * are refused, and with them entities of the client's own.
 *
 * @param options names, and what is a list
 * @example
 * app.useBodyParser(xmlBody({ lists: ['line'] }))
 */
export function xmlBody(options: XmlBodyOptions = {}): BodyFormat {
  const { attributePrefix = '@', textName = '#text', lists = [], keepRoot = false } = options
  let Parser: XmlParserClass | undefined
  const load = (): XmlParserClass => {
    if (Parser !== undefined) return Parser
    try {
      const exports = createRequire(import.meta.url)(PACKAGE) as { readonly XMLParser: XmlParserClass }
      return (Parser = exports.XMLParser)
    } catch (error) {
      throw explainMissingPackage(error, PACKAGE, 'Reading XML')
    }
  }
  return {
    name: 'xml',
    optIn: true,
    types: ['application/xml', 'text/xml', '+xml'],
    acceptsCharset: isKnownCharset,
    load: () => void load(),
    parse(bytes, charset, { depth }) {
      const text = decodeText(bytes, encodingOf(bytes, charset), 'XML')
      if (/<!DOCTYPE/i.test(text)) throw malformed('document types are not read.')
      const parser = new (load())({
        ignoreAttributes: false,
        attributeNamePrefix: attributePrefix,
        textNodeName: textName,
        parseTagValue: false,
        ignoreDeclaration: true,
        ignorePiTags: true,
        // of HTML: those are the references to characters by number
        htmlEntities: true,
        // the root is a level of its own, which is taken off
        maxNestedTags: depth + 1,
        isArray: (name: string) => lists.includes(name),
      })
      const document = parseWith(parser, text, depth)
      const roots = Object.keys(document)
      const [root] = roots
      if (root === undefined || roots.length > 1 || isRepeated(document[root], lists.includes(root)))
        throw malformed('it has to have one root element.')
      return keepRoot ? document : document[root]
    },
  }
}

function parseWith(parser: XmlParser, text: string, depth: number): Readonly<Record<string, unknown>> {
  try {
    return parser.parse(text, true)
  } catch (error) {
    const { message } = error as Error
    if (message.includes('Maximum nested tags')) throw new BodyTooDeep({ limit: depth }, { cause: error })
    // what the client has written is not quoted back
    const place = /:(\d+:\d+)$/.exec(message)?.[1]
    const where = place === undefined ? 'a name or a tag is not allowed' : `it is not well-formed at ${place}`
    throw new BodyMalformed({ type: 'XML', reason: `${where}.` }, { cause: error })
  }
}

function isRepeated(root: unknown, isList: boolean): boolean {
  return Array.isArray(root) && !(isList && root.length === 1)
}

/** The charset of the header counts, then a byte order mark, then the declaration (RFC 7303 §3). */
function encodingOf(bytes: Uint8Array, charset: string): string {
  if (charset !== 'utf-8') return charset
  const [first, second] = bytes
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) return 'utf-16'
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const [, declared = charset] = /^<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']/.exec(head) ?? []
  const encoding = declared.toLowerCase()
  if (!isKnownCharset(encoding)) throw malformed('its declaration names an encoding that is not known.')
  // a declaration that can be read byte by byte is in no encoding of two bytes
  return encoding.startsWith('utf-16') ? charset : encoding
}

function malformed(reason: string): Error {
  return new BodyMalformed({ type: 'XML', reason })
}
