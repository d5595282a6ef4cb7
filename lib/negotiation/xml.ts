import { optionalPackage, type Load } from './packages.js'
import { plainOf } from './plain.js'
import { defineSerializer, type Serializer } from './serializer.js'

/** How XML is written. */
export interface XmlOptions {
  /** The name of the outermost element. Default `result`. */
  readonly root?: string
  /** The name of the elements of a list. Default `item`. */
  readonly item?: string
  /** For tests. */
  readonly load?: Load
}

interface Exports {
  readonly XMLBuilder: new (options: object) => { build(value: object): string }
}

const ATTRIBUTE = '@'
const TEXT = '#text'

/** What may stand as the name of an element without a second look (XML 1.0 §2.3, without colons: they mean namespaces). */
const NAME = /^(?!xml)[A-Za-z_][\w.-]*$/i

/** Characters that XML 1.0 (§2.2) cannot have, not even escaped. */
// eslint-disable-next-line no-control-regex -- those are meant
const IMPOSSIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu

/**
 * XML: members become elements, items of lists `<item>` elements in the element of the list. A member whose name no element
 * can have becomes `<entry name="…">`.
 *
 * @param options names of elements
 */
export function xmlSerializer({ root = 'result', item = 'item', load }: XmlOptions = {}): Serializer {
  const writer = xmlWriter(item, load)
  return defineSerializer({
    types: ['application/xml', 'text/xml'],
    parameters: 'charset=utf-8',
    serialize: (value) => DECLARATION + writer()(root, plainOf(value)),
    stream: {
      open: `${DECLARATION}<${root}>`,
      close: `</${root}>`,
      item: (value) => writer()(item, plainOf(value)),
    },
    prepare: () => void writer(),
  })
}

export const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

/** Writes a plain value as the content of an element. */
type WriteElement = (name: string, value: unknown, attributes?: Readonly<Record<string, string>>) => string

/**
 * Makes a writer of elements.
 *
 * @param item the name of the elements of a list
 * @param load for tests
 */
export function xmlWriter(item: string, load?: Load): () => WriteElement {
  return optionalPackage<Exports, WriteElement>(
    'fast-xml-parser',
    'application/xml',
    ({ XMLBuilder }) => {
      const builder = new XMLBuilder({
        ignoreAttributes: false,
        attributeNamePrefix: ATTRIBUTE,
        textNodeName: TEXT,
        suppressEmptyNode: true,
        suppressBooleanAttributes: false,
        processEntities: true,
      })
      return (name, value, attributes = {}) => {
        const node = nodeOf(value, item)
        const own = Object.entries(attributes).map(([key, text]) => [ATTRIBUTE + key, text])
        return builder.build({ [name]: { ...Object.fromEntries(own), ...asObject(node) } })
      }
    },
    'fast-xml-parser',
    load,
  )
}

function asObject(node: unknown): object {
  return typeof node === 'object' && node !== null ? node : { [TEXT]: node }
}

/** A plain value in the form that the builder takes. */
function nodeOf(value: unknown, item: string): unknown {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value.replaceAll(IMPOSSIBLE, '\ufffd')
  if (typeof value !== 'object') return (value as { toString(): string }).toString()
  if (Array.isArray(value)) return value.length === 0 ? '' : { [item]: value.map((one) => nodeOf(one, item)) }
  const node: Record<string, unknown> = {}
  const entries: unknown[] = []
  for (const [name, member] of Object.entries(value)) {
    const content = nodeOf(member, item)
    if (NAME.test(name) && name !== 'entry') node[name] = content
    else entries.push({ [`${ATTRIBUTE}name`]: name.replaceAll(IMPOSSIBLE, '\ufffd'), ...asObject(content) })
  }
  if (entries.length > 0) node['entry'] = entries
  return Object.keys(node).length === 0 ? '' : node
}
