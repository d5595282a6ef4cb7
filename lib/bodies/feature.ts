import type { Feature } from '../core/index.js'
import { BODY_FORMATS } from '../web/index.js'
import { cborBody, messagePackBody } from './binary.js'
import { xmlBody } from './xml.js'

/** Bodies in XML, MessagePack and CBOR, each where the application names it: `app.useBodyParser('cbor')`. */
export function bodiesFeature(): Feature {
  return {
    name: 'bodies',
    configure(build) {
      build.provide({ provide: BODY_FORMATS, useValue: [xmlBody(), messagePackBody, cborBody] })
    },
  }
}
