/**
 * Leaves a value to `JSON.stringify`.
 *
 * @param value anything
 * @param name under which it stands: its `toJSON` is told; empty at the top
 * @returns undefined for what JSON leaves out
 */
export function openJson(value: unknown, name: string | number): string | undefined {
  const own = (value as { readonly toJSON?: unknown } | null | undefined)?.toJSON
  if (typeof own !== 'function' || name === '') return JSON.stringify(value)
  const around = JSON.stringify({ [name]: value })
  return around === '{}' ? undefined : around.slice(JSON.stringify(`${name}`).length + 2, -1)
}

const { toJSON, toISOString } = Date.prototype

/** Tells whether a date is written as all dates are. */
export function isUsualDate(value: Date): boolean {
  return (
    Object.getPrototypeOf(value) === Date.prototype &&
    value.toJSON === toJSON &&
    value.toISOString === toISOString
  )
}
