import { closeHttp2, fetchOverHttp2 } from './http2-fetch.js'

/** A version of HTTP, as tests are named after it. */
export type Protocol = 'HTTP/1.1' | 'HTTP/2'

/** All of them. */
export const PROTOCOLS: readonly Protocol[] = ['HTTP/1.1', 'HTTP/2']

let current: Protocol = 'HTTP/1.1'

/**
 * Describes behaviour that is the same whatever the protocol: its tests run once over each, on connections of their own.
 *
 * @param name of the group
 * @param tests declares them; what they send has to go through `fetchOver`, or `serve`, which uses it
 */
export function overProtocols(name: string, tests: (protocol: Protocol) => void): void {
  for (const protocol of PROTOCOLS) {
    describe(`${name} over ${protocol}`, () => {
      beforeAll(() => void (current = protocol))
      afterAll(() => void (current = 'HTTP/1.1'))
      tests(protocol)
    })
  }
}

afterEach(closeHttp2)

/** The protocol of the running test. */
export function currentProtocol(): Protocol {
  return current
}

/** `fetch` by the protocol of the running test; redirects are followed over HTTP/1.1 only. */
export function fetchOver(url: string, init?: RequestInit): Promise<Response> {
  return current === 'HTTP/2' ? fetchOverHttp2(url, init) : fetch(url, init)
}
