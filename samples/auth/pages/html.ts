/** The content type of pages. */
export const HTML = 'text/html; charset=utf-8'

/** HTML that may stand in a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

/**
 * Writes HTML: whatever is put into it is escaped, unless it was written by this function, too.
 *
 * @example
 * html`<p>${name}</p>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return new Html(
    strings.map((text, index) => text + (index < values.length ? written(values[index]) : '')).join(''),
  )
}

function written(value: unknown): string {
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(written).join('')
  if (value === undefined || value === null || value === false) return ''
  return (typeof value === 'string' ? value : JSON.stringify(value)).replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  )
}
