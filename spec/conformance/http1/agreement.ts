import { answersOf } from './answers.js'
import { readRequests, type Reading } from './reference.js'
import type { SeenRequest } from './rule.js'

/**
 * Compares what a server has made of a text with what the grammar says it is.
 *
 * @param text all that the client has sent before it ended its side
 * @param requests what the handler has seen
 * @param received what the server has said
 * @returns what is wrong, or undefined
 */
export function disagreement(
  text: string,
  requests: readonly SeenRequest[],
  received: string,
): string | undefined {
  const reading = readRequests(text)
  const seen = requests.map(({ method, target, fields, body, trailers }) => ({
    method,
    target,
    fields,
    body,
    trailers,
  }))
  if (JSON.stringify(seen) !== JSON.stringify(reading.requests)) {
    return `${reading.requests.length} requests (${describe(reading)}), but the server saw ${seen.length}: ${JSON.stringify(seen)}`
  }
  const answers = answersOf(received, requests)
  const refusals = answers.slice(requests.length)
  for (const [i, { method, target }] of requests.entries()) {
    const wanted = method === 'HEAD' ? '' : `${method} ${target}`
    if (answers[i]?.status !== 200 || answers[i].body !== wanted)
      return `request ${i} was not answered with ${wanted}`
  }
  if (refusals.length > 1) return `an answer behind a refusal: ${received}`
  const refused = refusals.length === 1
  if (refused && refusals[0]!.status < 400) return `an answer to a request that was not sent: ${received}`
  if (reading.end === 'rejected' && !refused) return `accepted what is ${describe(reading)}`
  // what is incomplete may be refused already: nothing that could follow would make a request of it
  if ((reading.end === 'clean' || reading.end === 'closed') && refused)
    return `refused what is in order: ${received}`
  return undefined
}

function describe({ end, reason }: Reading): string {
  return reason === undefined ? end : `${end}: ${reason}`
}
