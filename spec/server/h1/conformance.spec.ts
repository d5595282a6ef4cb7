import { exchangeConformance } from '../../conformance/exchange.js'
import { RawClient } from '../../support/raw-http.js'
import { h1Subject } from './subject.js'

const h1 = h1Subject((port) => RawClient.open(port))

describe('the HTTP/1.1 engine, like every other,', () => {
  it.each(Object.entries(exchangeConformance))('%s', (_, check) => check(h1))
})
