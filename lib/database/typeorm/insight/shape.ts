import type { DataSource } from 'typeorm'

const NUMBER = String.raw`\b(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)\b`
/** Values as they are written into statements, and names in quotes, which are none. */
const STANDARD = new RegExp(
  String.raw`(?<name>"(?:[^"]|"")*"|${'`[^`]*`'})|\be'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|\$(?<tag>\w*)\$[^]*?\$\k<tag>\$|\$\d+|${NUMBER}`,
  'gi',
)
/** There a text may also stand in double quotes, and a backslash takes the meaning of the next quote away. */
const MYSQL = new RegExp(
  String.raw`(?<name>${'`[^`]*`'})|'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|${NUMBER}`,
  'gi',
)
/** Lists of values, of any length, and rows of them. */
const LISTS = /\((?:\?|DEFAULT)(?:, ?(?:\?|DEFAULT))+\)/g
const ROWS = /\(…\)(?:, ?\(…\))+/g

/**
 * The text of a statement without its values, so that statements that differ in nothing else are one, and no value is told.
 *
 * @param sql as it was sent
 * @param type of the database
 */
export function shapeOf(sql: string, type: DataSource['options']['type']): string {
  const isMysql = type === 'mysql' || type === 'mariadb' || type === 'aurora-mysql'
  return sql
    .replace(isMysql ? MYSQL : STANDARD, (text, name: string | undefined) =>
      name === undefined ? '?' : text,
    )
    .replace(LISTS, '(…)')
    .replace(ROWS, '(…), …')
}
