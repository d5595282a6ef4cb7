import type { Class } from '../common/index.js'
import type { VERSION_NEUTRAL, HttpEndpoint } from '../web/index.js'
import type {
  ExternalDocumentation,
  InfoObject,
  OpenApiDocument,
  SecurityRequirement,
  SecuritySchemeObject,
  ServerObject,
  TagObject,
} from './document.js'
import type { ApiNamedParameterOptions, ParameterDeclaration } from './decorators/parameters.js'
import type { ApiResponseOptions } from './decorators/responses.js'
import type { OperationName } from './operation/operation-ids.js'
import type { SchemaConverter } from './schema/standard-schema.js'

/** A parameter of every operation. */
export type SharedParameter = ApiNamedParameterOptions &
  Pick<ParameterDeclaration, 'in'> & { readonly name: string }

/** What the name of a link is made of. */
export interface LinkName {
  /** The controller and the method to which it leads. */
  readonly controller: string
  readonly method: string
  /** The property from which it leads there. */
  readonly field: string
  readonly operationId: string
}

/** What a document says of the API as a whole, and what it is about. */
export interface OpenApiOptions extends Partial<InfoObject> {
  /** `'3.1'` (the default) or `'3.0'`. */
  readonly openapi?: '3.1' | '3.0'
  /** Members of `info` of the application's own; those beside it have their names here: `'x-logo': …`. */
  readonly infoExtensions?: Readonly<Record<`x-${string}`, unknown>>
  readonly servers?: readonly ServerObject[]
  /** Descriptions of tags; those that endpoints have are added. */
  readonly tags?: readonly TagObject[]
  readonly externalDocs?: ExternalDocumentation
  /** What every operation asks for that does not say otherwise. */
  readonly security?: readonly SecurityRequirement[]
  /** Schemes by name; guards and decorators add theirs. */
  readonly securitySchemes?: Readonly<Record<string, SecuritySchemeObject>>
  /** Only the endpoints of these modules. */
  readonly include?: readonly Class[]
  /** Of `include`, also those of the modules that they import, however far away. Default false. */
  readonly includeImports?: boolean
  /** Not the endpoints of these modules. */
  readonly exclude?: readonly Class[]
  /** Only operations with one of these tags. */
  readonly onlyTags?: readonly string[]
  /** Only endpoints of this version, and those of every version. */
  readonly apiVersion?: string | typeof VERSION_NEUTRAL
  /** Only endpoints for which it returns true. */
  readonly filter?: (endpoint: HttpEndpoint) => boolean
  /** Writes paths without the application's global prefix: for documents whose servers have it. Default false. */
  readonly ignoreGlobalPrefix?: boolean
  /** Gives operations without `@ApiTags` the name of their controller as a tag. Default true. */
  readonly autoTags?: boolean
  /** Parameters that every operation has besides its own. */
  readonly parameters?: readonly SharedParameter[]
  /** Responses that every operation has besides its own. */
  readonly responses?: readonly ApiResponseOptions[]
  /** Makes the names of links, as `@ApiLink` makes them. Default `usersFind_from_id`. */
  readonly linkName?: (name: LinkName) => string
  /** Makes the ids of operations. Default `usersFind` of `UsersController.find`. */
  readonly operationId?: (name: OperationName) => string
  /** Classes that no endpoint names. */
  readonly extraModels?: readonly Class[]
  /** Makes an example of a class, as test factories do; its JSON is the example of the schema. Undefined for none. */
  readonly exampleOf?: (type: Class) => unknown
  /** Makes JSON Schema of Standard Schemas whose library does not. */
  readonly schemaConverter?: SchemaConverter
  /** Docstrings by `Class` and `Class.member`, as `readDocstrings` collects them. */
  readonly docstrings?: Readonly<Record<string, string>>
  /** Changes the document before it is used. */
  readonly transform?: (document: OpenApiDocument) => OpenApiDocument | void
  /** Told of what the document cannot say. Default: nobody. */
  readonly onWarning?: (message: string) => void
}
