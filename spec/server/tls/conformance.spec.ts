import { exchangeConformance } from '../../conformance/exchange.js'
import { RawClient } from '../../support/raw-http.js'
import { h1Subject } from '../h1/subject.js'
import { localhost } from './identities.js'

const h1 = h1Subject((port) => RawClient.openTls(port), { tls: { key: localhost.key, cert: localhost.cert } })

describe('the HTTP/1.1 engine over TLS, like every other,', () => {
  for (const [behaviour, check] of Object.entries(exchangeConformance)) it(behaviour, () => check(h1))
})
