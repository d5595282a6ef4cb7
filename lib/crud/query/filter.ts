import { CrudQueryInvalid } from '../errors.js'
import type { FieldShape } from '../shape.js'
import { OPERATORS, type Condition, type Operator } from './condition.js'
import { readValue } from './values.js'

/** A field that clients may filter by, and how. */
export interface FilterRule {
  readonly field: FieldShape
  readonly operators: ReadonlySet<Operator>
}

const PARAMETER = /^filter\[([A-Za-z_]\w{0,62})\](?:\[([a-z]{1,10})\])?$/
/** Values of one `in`. */
const LONGEST_LIST = 100

/**
 * Reads one parameter: `filter[price][gte]=10`; without an operator it is `eq`.
 *
 * @param name of the parameter
 * @param texts its values, one for each time that it stands in the query
 * @param rules what may be filtered by
 * @throws {CorbelError} CORBEL_CRUD_QUERY (400)
 */
export function readFilter(
  name: string,
  texts: readonly string[],
  rules: ReadonlyMap<string, FilterRule>,
): readonly Condition[] {
  const refuse = (reason: string): never => {
    throw new CrudQueryInvalid({ parameter: name, reason })
  }
  const [, field = '', written = 'eq'] = PARAMETER.exec(name) ?? refuse('is no filter[field][operator]')
  const rule = rules.get(field) ?? refuse(`names no field to filter by (${[...rules.keys()].join(', ')})`)
  const operator = OPERATORS.find((one) => one === written)
  if (operator === undefined || !rule.operators.has(operator))
    return refuse(`has no operator ${written} (${[...rule.operators].join(', ')})`)
  const read = (text: string): unknown => {
    const outcome = readValue(text, rule.field)
    return 'value' in outcome ? outcome.value : refuse(outcome.problem)
  }
  return texts.map((text): Condition => {
    switch (operator) {
      case 'null':
        if (text !== 'true' && text !== 'false') refuse('is neither true nor false')
        return { field, operator, values: [text === 'true'] }
      case 'in':
      case 'nin': {
        const items = splitList(text)
        if (items.length > LONGEST_LIST) refuse(`has more than ${LONGEST_LIST} values`)
        return { field, operator, values: items.map(read) }
      }
      case 'between': {
        const items = splitList(text)
        if (items.length !== 2) refuse('needs two values with a comma between')
        return { field, operator, values: items.map(read) }
      }
      default:
        return { field, operator, values: [read(text)] }
    }
  })
}

/** Splits at commas; `\,` is a comma and `\\` a backslash. */
function splitList(text: string): readonly string[] {
  if (!text.includes('\\')) return text.split(',')
  const items = ['']
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === ',') items.push('')
    else items[items.length - 1] += char === '\\' && i + 1 < text.length ? text[++i]! : char
  }
  return items
}
