import type { EndpointModel } from '../pipeline/index.js'
import type { HttpEndpoint } from '../web/index.js'

/** Whether an endpoint is an HTTP route. */
export function isHttpEndpoint(endpoint: EndpointModel): endpoint is HttpEndpoint & EndpointModel {
  return endpoint.kind === 'http'
}
