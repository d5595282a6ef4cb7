import type { Rule } from '../rule.js'
import { chunks } from './chunks.js'
import { connection } from './connection.js'
import { fields } from './fields.js'
import { framing } from './framing.js'
import { host } from './host.js'
import { requestLine } from './request-line.js'
import { smuggling } from './smuggling.js'
import { target } from './target.js'

/** What a server has to make of requests, by subject. */
export const requestRules: Readonly<Record<string, readonly Rule[]>> = {
  'the request line': requestLine,
  'the request target': target,
  'field lines': fields,
  'the host': host,
  'the length of a body': framing,
  'the chunked coding': chunks,
  'the connection': connection,
  smuggling,
}
