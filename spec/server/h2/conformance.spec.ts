import { exchangeConformance } from '../../conformance/exchange.js'
import { localhost } from '../tls/identities.js'
import { h2Subject } from './subject.js'

const tls = { key: localhost.key, cert: localhost.cert }

describe.each([
  ['with prior knowledge', h2Subject('http')],
  ['with prior knowledge, without the shared read buffer', h2Subject('http', { accelerate: false })],
  ['over TLS', h2Subject('https', { tls }, { rejectUnauthorized: false })],
])('the HTTP/2 engine %s, like every other,', (_, subject) => {
  it.each(Object.entries(exchangeConformance))('%s', (_behaviour, check) => check(subject))
})
