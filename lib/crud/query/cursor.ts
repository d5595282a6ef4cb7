import { CrudQueryInvalid } from '../errors.js'
import type { FieldShape } from '../shape.js'
import { POSITION, type Row, type SortKey } from '../store.js'
import { isDay, readValue } from './values.js'

const LONGEST = 2000
const MOMENT =
  /^(\d{4}-\d\d-\d\d)[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?$/

/**
 * Writes where a page ends: the values of the sort keys of its last row. It tells nothing that the row does not show to who
 * may sort by them.
 *
 * @param row the last one
 * @param sort of the list
 */
export function writeCursor(row: Row, sort: readonly SortKey[]): string {
  const position = (row as { [POSITION]?: readonly string[] })[POSITION] ?? []
  return Buffer.from(JSON.stringify([signature(sort), ...position])).toString('base64url')
}

/**
 * Reads where the page before has ended. Clients can write what they like into it: it is read like any other value.
 *
 * @param cursor from the query
 * @param sort of the list
 * @param fields of the entity
 * @throws {CorbelError} CORBEL_CRUD_QUERY (400) for one of another list or sort
 */
export function readCursor(
  cursor: string,
  sort: readonly SortKey[],
  fields: ReadonlyMap<string, FieldShape>,
): readonly unknown[] {
  const [head, ...texts] = parse(cursor)
  const isOwn = head === signature(sort) && texts.length === sort.length
  if (!isOwn) throw refusal('is not of a list with this order')
  return sort.map(({ field }, i) => {
    const shape = fields.get(field)!
    const text = texts[i]!
    if (shape.kind === 'instant' && isDay(MOMENT.exec(text)?.[1] ?? '')) return text
    const outcome = shape.kind === 'instant' ? { problem: '' } : readValue(text, shape)
    if ('problem' in outcome) throw refusal('is not one that was given')
    return outcome.value
  })
}

function parse(text: string): readonly string[] {
  try {
    const list: unknown = text.length > LONGEST ? [] : JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list
  } catch {
    // told below
  }
  throw refusal('is not one that was given')
}

function refusal(reason: string): Error {
  return new CrudQueryInvalid({ parameter: 'cursor', reason })
}

function signature(sort: readonly SortKey[]): string {
  return sort.map(({ field, isDescending }) => (isDescending ? '-' : '') + field).join()
}
