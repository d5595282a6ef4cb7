import { parseResponse, type RawResponse } from '../../support/raw-http.js'
import type { SeenRequest } from './rule.js'

/** What a server has said on one connection, taken apart; interim answers are left out. */
export function answersOf(received: string, requests: readonly SeenRequest[]): RawResponse[] {
  const answers: RawResponse[] = []
  for (let at = 0; at < received.length;) {
    const bodyless = requests[answers.length]?.method === 'HEAD'
    // a refused HEAD is among no requests, and its answer has no body either
    const found = parseResponse(received, at, bodyless, true) ?? parseResponse(received, at, true, true)
    if (found === undefined) throw new Error(`not a response: ${JSON.stringify(received.slice(at))}`)
    at = found.end
    if (found.response.status >= 200) answers.push(found.response)
  }
  return answers
}

/**
 * What has to be the same however the bytes came and whenever the client hung up: without date, interim answers, connection,
 * and the wording of a refusal, which may name the one or the other mistake of several.
 */
export function timeless(received: string): string {
  return received
    .replaceAll(/^date: .*\r\n/gm, '')
    .replaceAll(/^connection: (?:close|keep-alive)\r\n/gm, '')
    .replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '')
    .replaceAll(/^content-length: .*\r\n(?=[^{]*\{"type")/gm, '')
    .replaceAll(/"detail":"[^"]*"/g, '')
}
