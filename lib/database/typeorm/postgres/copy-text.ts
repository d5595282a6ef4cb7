/**
 * A value in the text format of COPY.
 *
 * @param value as typeorm gives it to the driver
 * @see PostgreSQL, COPY: Text Format
 */
export function copyText(value: unknown): string {
  if (value === null || value === undefined) return '\\N'
  return textOf(value).replace(/[\\\t\n\r]/g, (char) => ESCAPES[char]!)
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function textOf(value: unknown): string {
  if (value instanceof Date) return localTime(value)
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `{${value.map(elementOf).join(',')}}`
  // eslint-disable-next-line typescript/no-base-to-string -- objects are JSON
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** PostgreSQL §8.15.6 */
function elementOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return textOf(value)
  return `"${textOf(value).replace(/[\\"]/g, '\\$&')}"`
}

/** With the offset behind it, as pg writes it: a `timestamp` without time zone takes the time of the clock alone. */
function localTime(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const clock = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1)
  const two = (number: number): string => String(number).padStart(2, '0')
  const offset = Math.abs(minutes)
  return `${clock}${minutes < 0 ? '-' : '+'}${two(Math.floor(offset / 60))}:${two(offset % 60)}`
}
