import { HeaderList, INFORMATIONAL } from '../http/index.js'
import { defineDecorator } from '../metadata/index.js'
import { Slot, type StepFactory } from '../pipeline/index.js'
import type { HttpContext } from './http-context.js'

/**
 * Tells browsers what the page of a route will need, in a 103 that leaves before the handler is called and after the guards.
 * It goes to pages that are navigated to and to clients of HTTP/2: some of HTTP/1.1 take it for the answer;
 * `response.writeEarlyHints` sends it whatever the client is.
 *
 * @param links values of `Link`
 * @example
 * @Get() @EarlyHints('</app.css>; rel=preload; as=style', '<https://cdn.example>; rel=preconnect') page() {}
 * @see RFC 8297; RFC 8288 §3
 */
export const EarlyHints = defineDecorator({
  name: 'EarlyHints',
  on: ['class', 'method'],
  value: (...links: readonly string[]): readonly string[] => links,
  check: (links) => {
    if (links.length === 0) return 'names no link'
    const wrong = links.find((link) => !/^<[^\s<>]*>\s*;\s*rel=[\x20-\x7e]+$/.test(link))
    return wrong === undefined
      ? undefined
      : `'${wrong}' is no link: write '</app.css>; rel=preload; as=style'`
  },
})

/** Sends the hints of routes with `@EarlyHints`. */
export function earlyHintSteps(): StepFactory<HttpContext> {
  return {
    name: 'early hints',
    slot: Slot.Authorized,
    create({ metadata }) {
      const links = metadata.get(EarlyHints)
      if (links === undefined) return undefined
      const hints = HeaderList.from({ link: links }).freeze()
      return {
        kind: 'before',
        name: 'early hints',
        readsBody: false,
        run({ exchange }) {
          const { protocol, headers, sink, method } = exchange
          if (method !== 'GET' || sink.state !== 'idle') return
          if (protocol === 'http/1.1' && headers.get('sec-fetch-mode') !== 'navigate') return
          exchange.feature(INFORMATIONAL)?.send(103, hints)
        },
      }
    },
  }
}
