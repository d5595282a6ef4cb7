import { defineSerializer } from './serializer.js'

const UTF8 = 'charset=utf-8'

/** JSON, as routes send it that are not negotiated. */
export const json = defineSerializer({
  types: 'application/json',
  parameters: UTF8,
  serialize: (value, { json: write }) => write(value),
  stream: {
    open: '[',
    between: ',',
    close: ']',
    item: (value, _index, { json: write }) => write(value) || 'null',
  },
})

/** A line of JSON for each item of a list or stream. */
export const ndjson = defineSerializer({
  types: ['application/x-ndjson', 'application/ndjson', 'application/jsonl'],
  serialize: (value, { json: write }) =>
    (Array.isArray(value) ? value : [value]).map((item) => `${write(item) || 'null'}\n`).join(''),
  stream: { item: (value, _index, { json: write }) => `${write(value) || 'null'}\n` },
})

/** Text: strings and numbers as they are, anything else as JSON. */
export const text = defineSerializer({
  types: 'text/plain',
  parameters: UTF8,
  serialize: textOf,
  stream: { item: (value, _index, context) => `${textOf(value, context)}\n` },
})

function textOf(value: unknown, { json: write }: { json: (value: unknown) => string }): string {
  return typeof value === 'object' ? write(value) : (value as { toString(): string }).toString()
}

/**
 * HTML: strings as they are (they are HTML already), anything else as a plain page that shows it, for people who open an
 * API in a browser. A route with a page of its own has `@Render`, or a serializer of its own.
 */
export const html = defineSerializer({
  types: 'text/html',
  parameters: UTF8,
  serialize: (value, context) => (typeof value === 'string' ? value : pageOf(value, context)),
  stream: {
    open: '<!doctype html><meta charset="utf-8"><pre>',
    close: '</pre>',
    item: (value, _index, context) =>
      typeof value === 'string' ? value : `${escapeHtml(indented(value, context))}\n`,
  },
})

function pageOf(value: unknown, context: { json: (value: unknown) => string }): string {
  const style = 'body{margin:2em}pre{font:14px/1.5 ui-monospace,monospace;white-space:pre-wrap}'
  return [
    '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>Result</title><style>${style}</style>`,
    `<pre>${escapeHtml(indented(value, context))}</pre>`,
  ].join('\n')
}

function indented(value: unknown, { json: write }: { json: (value: unknown) => string }): string {
  return JSON.stringify(JSON.parse(write(value) || 'null'), undefined, 2)
}

/** Makes text safe to stand in HTML, also in attributes. */
export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
