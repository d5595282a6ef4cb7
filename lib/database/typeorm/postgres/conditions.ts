import type { FindOperator } from 'typeorm'
import { loadTypeOrm } from '../packages.js'

let count = 0

function raw<T>(write: (column: string, name: string) => string, value: unknown): FindOperator<T> {
  // parameters of one statement share their names
  const name = `corbel_${(count = (count + 1) % 1_000_000)}`
  return loadTypeOrm().Raw((column) => write(column, `:${name}`), {
    [name]: value,
  })
}

/**
 * For `where`: a `jsonb` column has all of this in it.
 *
 * @param value of JSON
 * @example
 * products.findBy({ details: jsonContains({ colour: 'red' }) })
 * @see PostgreSQL §8.14.3
 */
export function jsonContains<T>(value: unknown): FindOperator<T> {
  return raw<T>((column, name) => `${column} @> CAST(${name} AS jsonb)`, JSON.stringify(value))
}

/**
 * For `where`: a JSON path finds something in a `jsonb` column.
 *
 * @param path of SQL/JSON: `'$.sizes[*] ? (@ > $least)'`; write what comes from outside as variables
 * @param variables by name, without the `$`
 * @see PostgreSQL §9.16.2
 */
export function jsonMatches<T>(
  path: string,
  variables: Readonly<Record<string, unknown>> = {},
): FindOperator<T> {
  const given = `corbel_${(count = (count + 1) % 1_000_000)}`
  return loadTypeOrm().Raw(
    (column) => `jsonb_path_exists(${column}, CAST(:${given}p AS jsonpath), CAST(:${given}v AS jsonb))`,
    { [`${given}p`]: path, [`${given}v`]: JSON.stringify(variables) },
  )
}

/**
 * For `where`: an array column has at least one of these.
 *
 * @param values of the array's type
 */
export function arrayHasAny<T>(values: readonly unknown[]): FindOperator<T> {
  return raw<T>((column, name) => `${column} && ${name}`, values)
}

/**
 * For `where`: an array column has all of these.
 *
 * @param values of the array's type
 */
export function arrayHasAll<T>(values: readonly unknown[]): FindOperator<T> {
  return raw<T>((column, name) => `${column} @> ${name}`, values)
}
