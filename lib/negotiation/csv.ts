import { optionalPackage, type Load } from './packages.js'
import { plainOf } from './plain.js'
import { defineSerializer, type Serializer } from './serializer.js'

/** How CSV is written. */
export interface CsvOptions {
  /** The columns, in order. Default: the members of the objects, as they come; of a stream those of its first. */
  readonly columns?: readonly string[]
  /** Between two cells. Default `,`. */
  readonly delimiter?: string
  /**
   * Puts an apostrophe in front of texts that a spreadsheet would take for a formula (`=HYPERLINK(…)`, `+1`, `-1`, `@a`).
   * Default true: who opens the file runs what others have typed into forms. Numbers stay numbers.
   */
  readonly escapeFormulas?: boolean
  /** Begins with a byte order mark, by which Excel knows UTF-8. Default false. */
  readonly bom?: boolean
  /** For tests. */
  readonly load?: Load
}

interface Exports {
  stringify(rows: readonly unknown[], options: object): string
}

type Row = readonly unknown[]

/**
 * CSV with a line of names: a list of objects is a table, one object a table of one row, a list of lists the cells.
 *
 * @param options columns, delimiter, protection against formulas
 * @see RFC 4180
 */
export function csvSerializer(options: CsvOptions = {}): Serializer {
  const { columns, delimiter = ',', escapeFormulas = true, bom = false, load } = options
  const stringify = optionalPackage<Exports, Exports['stringify']>(
    'csv-stringify',
    'text/csv',
    (exports) => exports.stringify.bind(exports),
    'csv-stringify/sync',
    load,
  )
  const settings = {
    delimiter,
    escape_formulas: escapeFormulas,
    record_delimiter: '\r\n',
    cast: { boolean: String },
  }
  const lines = (rows: readonly Row[]): string => stringify()(rows, settings)
  // of a stream one serializer writes many at a time: what the first value has said is kept in the stream itself
  return defineSerializer({
    types: 'text/csv',
    parameters: 'charset=utf-8; header=present',
    serialize: (value) => {
      const items = (Array.isArray(value) ? value : [value]).map((item) => plainOf(item))
      const names = columns ?? namesOf(items)
      const rows = items.map((item) => rowOf(item, names))
      return (bom ? '\ufeff' : '') + lines(names.length === 0 ? rows : [names, ...rows])
    },
    get stream() {
      let names: readonly string[] = columns ?? []
      return {
        ...(bom && { open: '\ufeff' }),
        item: (value: unknown, index: number) => {
          const item = plainOf(value)
          if (index > 0) return lines([rowOf(item, names)])
          names = columns ?? namesOf([item])
          return lines(names.length === 0 ? [rowOf(item, names)] : [names, rowOf(item, names)])
        },
      }
    },
    prepare: () => void stringify(),
  })
}

/** All members of all objects, in the order in which they come. */
function namesOf(items: readonly unknown[]): readonly string[] {
  const names = new Set<string>()
  for (const item of items) {
    if (typeof item === 'object' && item !== null && !Array.isArray(item))
      for (const name of Object.keys(item)) names.add(name)
  }
  return [...names]
}

function rowOf(item: unknown, names: readonly string[]): Row {
  if (Array.isArray(item)) return item.map(cellOf)
  if (typeof item !== 'object' || item === null) return [cellOf(item)]
  return names.map((name) =>
    cellOf(Object.hasOwn(item, name) ? (item as Record<string, unknown>)[name] : undefined),
  )
}

/** What has members of its own has no place in a table but as JSON. */
function cellOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? '')
}
