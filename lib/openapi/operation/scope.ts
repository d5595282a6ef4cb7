import type { Class } from '../../common/index.js'
import type { ResultNote } from '../../pipeline/index.js'
import type { ErrorFormat, HttpEndpoint, RouteDescription } from '../../web/index.js'
import type { SchemaRegistry } from '../schema/registry.js'
import type { EndpointNotes } from './enhancers.js'

/** What clients of an older version send and get, where a transformer stands between; null where nobody says what. */
export interface OlderShapes {
  readonly body?: Class | null
  readonly result?: Class | null
}

/** What the parts of one operation are made from. */
export interface OperationScope {
  readonly endpoint: HttpEndpoint
  readonly schemas: SchemaRegistry
  readonly notes: EndpointNotes
  readonly route: RouteDescription
  /** How results are made plain; undefined where no serializer is known. */
  readonly result: ResultNote | undefined
  /** The media types among which clients choose. */
  readonly produces: readonly string[] | undefined
  readonly shapes: OlderShapes
  /** How the application writes errors. */
  readonly errors: ErrorFormat
  /** `UsersController.find` */
  readonly origin: string
  /** Notes statuses that something answers by itself. */
  refuse(status: number, description: string): void
}
