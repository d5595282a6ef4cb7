import { createHash } from 'node:crypto'
import {
  endWhole,
  evaluatePreconditions,
  PreconditionFailed,
  type HeaderList,
  type ResponseSink,
  type Validators,
} from '../http/index.js'
import type { FinishResult, HttpContext } from '../web/index.js'
import type { TagStrength } from './decorators.js'

/**
 * Makes what sends complete results: with a tag of their bytes, or 304 to a client that has them.
 *
 * @param strength of tags; undefined where only what the handler has set counts
 */
export function finishWithTag(strength: TagStrength | undefined): FinishResult {
  return (context, sink, status, headers, body) => {
    const { method } = context.exchange
    if (status !== 200 || (method !== 'GET' && method !== 'HEAD'))
      return endWhole(sink, status, headers, body)
    if (strength !== undefined && body !== undefined && !headers.has('etag'))
      headers.set('etag', entityTag(body, strength))
    const isKnown = holds(context, {
      etag: headers.get('etag'),
      lastModified: headers.get('last-modified'),
    })
    if (isKnown) sendNotModified(sink, headers)
    else endWhole(sink, status, headers, body)
  }
}

/**
 * Whether a client has a state already.
 *
 * @param context of a GET or HEAD
 * @param validators of the state
 * @throws {CorbelError} CORBEL_PRECONDITION_FAILED (412)
 */
export function holds({ exchange }: HttpContext, validators: Validators): boolean {
  if (validators.etag === undefined && validators.lastModified === undefined) return false
  const outcome = evaluatePreconditions(exchange.headers, validators)
  if (outcome === 'failed') throw new PreconditionFailed({})
  return outcome === 'not-modified'
}

/**
 * Answers 304 with the headers that the client has to bring up to date.
 *
 * @param sink to write to
 * @param headers of the answer that is not sent
 * @see RFC 9110 §15.4.5
 */
export function sendNotModified(sink: ResponseSink, headers: HeaderList): void {
  for (const name of ['content-type', 'content-disposition', 'content-encoding', 'content-language'])
    headers.delete(name)
  endWhole(sink, 304, headers)
}

/**
 * A tag of bytes.
 *
 * @param body text or bytes
 * @param strength `'strong'`, or `'weak'`
 */
export function entityTag(body: string | Uint8Array, strength: TagStrength): string {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
  return strength === 'weak' ? `W/${tag}` : tag
}
