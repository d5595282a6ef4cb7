import { negotiate } from '../http/index.js'

const OFFERS = ['text/event-stream', 'application/json']

/**
 * Whether a client wants a stream of events: it has to name the media type, and not prefer JSON.
 *
 * @param accept the field, if there is one
 * @see RFC 9110 §12.5.1
 */
export function acceptsEvents(accept: string | undefined): boolean {
  // a range such as `*/*` asks for no stream, and most requests are done here
  return (
    accept !== undefined &&
    /event-stream/i.test(accept) &&
    negotiate('accept', accept, OFFERS)[0] === OFFERS[0]
  )
}
