import { createH1Server } from '../../../lib/server/index.js'
import { exchangeConformance, type ConformanceSubject } from '../../conformance/exchange.js'
import { RawClient } from '../../support/raw-http.js'

const h1: ConformanceSubject = async (handler) => {
  const server = createH1Server()
  server.handle(handler)
  const [address] = await server.listen({ host: '127.0.0.1' })
  return {
    close: () => server.close(),
    async send({ method, target, headers = {}, body }) {
      const client = await RawClient.open(address!.port)
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const fields = Object.entries({ host: 'a', ...headers, ...length }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      )
      client.send(`${method} ${target} HTTP/1.1\r\n${fields.join('')}\r\n`)
      if (body !== undefined) client.send(Buffer.from(body))
      const answer = await client.response({ bodyless: method === 'HEAD' })
      client.destroy()
      return answer
    },
  }
}

describe('the HTTP/1.1 engine, like every other,', () => {
  it.each(Object.entries(exchangeConformance))('%s', (_, check) => check(h1))
})
