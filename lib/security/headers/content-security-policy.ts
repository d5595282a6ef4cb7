import { SecurityHeadersInvalid } from '../errors.js'

/** Stands in a list of sources for the nonce of the answer; nothing stands there if no handler has asked for one. */
export const CSP_NONCE = "'nonce'"

/**
 * What a page may load and do, by directive, in the spelling of the standard or as `scriptSrc`; true for directives
 * without a value.
 *
 * @see Content Security Policy Level 3 §6
 */
export type ContentSecurityPolicy = Readonly<Record<string, readonly string[] | string | boolean>>

/** Words that mean something else without their quotes: a host of that name. */
const QUOTED =
  /^(?:self|none|unsafe-inline|unsafe-eval|unsafe-hashes|strict-dynamic|report-sample|wasm-unsafe-eval|nonce(?:-.*)?|sha(?:256|384|512)-.*)$/

/**
 * Prepares a policy, so that an answer costs no more than joining its parts.
 *
 * @param directives what it says
 * @returns a function that makes its text with a nonce, or without one
 * @throws {CorbelError} CORBEL_SECURITY_HEADERS
 */
export function compilePolicy(directives: ContentSecurityPolicy): (nonce: string | undefined) => string {
  const text = Object.entries(directives)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => directive(name, value))
    .join('; ')
  const parts = text.split(` ${CSP_NONCE}`)
  const without = parts.map(orNone).join('')
  if (parts.length === 1) return () => without
  return (nonce) => (nonce === undefined ? without : parts.join(` 'nonce-${nonce}'`))
}

function directive(given: string, value: readonly string[] | string | boolean): string {
  const name = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const refuse = (advice: string): never => {
    throw new SecurityHeadersInvalid({
      option: `contentSecurityPolicy.${given}`,
      value: JSON.stringify(value),
      advice,
    })
  }
  if (!/^[a-z][a-z-]*$/.test(name)) refuse('Name a directive, such as "script-src" or scriptSrc.')
  if (value === true) return name
  const sources =
    typeof value === 'string'
      ? value.split(/\s+/)
      : Array.isArray(value)
        ? (value as string[])
        : refuse('Give a list of sources.')
  for (const source of sources) {
    if (typeof source !== 'string' || !/^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/.test(source))
      refuse('Sources are single words without commas and semicolons.')
    if (QUOTED.test(source)) refuse(`Write "'${source}'": without its quotes it is the name of a host.`)
  }
  return [name, ...sources].join(' ')
}

/** A directive that had nothing but the nonce allows nothing without it. */
function orNone(part: string, index: number, parts: readonly string[]): string {
  const isLast = index === parts.length - 1
  return !isLast && /(?:^|; )[a-z-]+$/.test(part) && /^(?:;|$)/.test(parts[index + 1]!)
    ? `${part} 'none'`
    : part
}
