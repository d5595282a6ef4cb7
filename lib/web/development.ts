import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { statusText } from '../http/index.js'
import type { ErrorDescription } from './error-description.js'
import type { HttpContext } from './http-context.js'

/** The place in the application's own code that an error comes from. */
export interface ErrorSource {
  readonly file: string
  readonly line: number
  /** The lines around it, each with its number. */
  readonly code: readonly string[]
}

const LINES_AROUND = 4
const MOST_CAUSES = 5

/**
 * What a developer sees of an error that others learn nothing about: message, trace, source lines, and its causes.
 *
 * @param described as clients see it
 * @param error what was thrown
 */
export function inDevelopment(described: ErrorDescription, error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return described
  const body = {
    ...(described.body as object),
    message: error.message,
    stack: traceOf(error),
    source: sourceOf(error),
    ...(error.cause instanceof Error && { causes: causesOf(error).map(traceOf) }),
  }
  return { ...described, body }
}

/**
 * The same as a page, for browsers.
 *
 * @param context whose `Accept` header tells whether a browser asks
 * @param described with its status
 * @param error what was thrown
 * @returns HTML; undefined for clients that did not ask for it
 */
export function errorPage(
  context: HttpContext,
  described: ErrorDescription,
  error: unknown,
): string | undefined {
  const { method, target, headers } = context.exchange
  // programs ask for */*; only who names HTML is a person in front of a browser
  if (!(error instanceof Error) || !headers.get('accept')?.includes('text/html')) return undefined
  const source = sourceOf(error)
  const traces = [error, ...causesOf(error)].map((one) => `<pre>${escape(traceOf(one).join('\n'))}</pre>`)
  const title = `${described.status} ${statusText(described.status)}`
  return [
    `<!doctype html><meta charset="utf-8"><title>${title}</title>`,
    '<style>body{font:15px/1.5 system-ui;margin:3em;max-width:70em}pre{background:#f4f4f2;padding:1em;overflow:auto}</style>',
    `<h1>${escape(`${error.name}: ${error.message}`)}</h1>`,
    `<p>${title} for <code>${escape(`${method} ${target}`)}</code></p>`,
    source === undefined
      ? ''
      : `<p>${escape(`${source.file}:${source.line}`)}</p><pre>${escape(source.code.join('\n'))}</pre>`,
    traces.join('<p>caused by</p>'),
    '<p>Only development shows this page.</p>',
  ].join('\n')
}

function traceOf(error: Error): string[] {
  return (error.stack ?? `${error.name}: ${error.message}`).split('\n')
}

/** The errors that led to an error, the nearest first. */
function causesOf(error: Error): Error[] {
  const causes: Error[] = []
  for (let one = error.cause; one instanceof Error && causes.length < MOST_CAUSES; one = one.cause)
    causes.push(one)
  return causes
}

/** Of the first frame that is neither Node's nor a package's. */
function sourceOf(error: Error): ErrorSource | undefined {
  for (const frame of traceOf(error)) {
    const place = /\(?((?:file:\/\/)?\/[^()]+|[A-Za-z]:\\[^()]+):(\d+):\d+\)?$/.exec(frame)
    if (place === null || place[1]!.includes('node_modules')) continue
    try {
      const file = place[1]!.startsWith('file:') ? fileURLToPath(place[1]!) : place[1]!
      const line = Number(place[2])
      return { file, line, code: linesAround(readFileSync(file, 'utf8'), line) }
    } catch {
      return undefined
    }
  }
  return undefined
}

function linesAround(text: string, line: number): string[] {
  const first = Math.max(1, line - LINES_AROUND)
  return text
    .split('\n')
    .slice(first - 1, line + LINES_AROUND)
    .map((code, index) => `${first + index === line ? '>' : ' '} ${first + index} | ${code}`)
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
