import type { MetadataRef } from '../metadata/index.js'
import type { HttpEndpoint } from '../web/index.js'
import {
  ApiCallbacks,
  ApiConsumes,
  ApiDefaultGetter,
  ApiExcludeEndpoint,
  ApiExtension,
  ApiExtraModels,
  ApiLink,
  ApiOperation,
  ApiProduces,
  ApiServer,
  ApiTags,
  ApiWebhook,
} from './decorators/operation.js'
import { ApiBody, ParameterMetadata } from './decorators/parameters.js'
import { ResponseMetadata } from './decorators/responses.js'
import { SecurityMetadata } from './decorators/security.js'

const ALL: readonly MetadataRef<unknown>[] = [
  ApiBody,
  ApiCallbacks,
  ApiConsumes,
  ApiDefaultGetter,
  ApiExcludeEndpoint,
  ApiExtension,
  ApiExtraModels,
  ApiLink,
  ApiOperation,
  ApiProduces,
  ApiServer,
  ApiTags,
  ApiWebhook,
  ParameterMetadata,
  ResponseMetadata,
  SecurityMetadata,
]

/** Tells whether a method has a decorator for documents. */
export function hasApiDecorators({ metadata }: HttpEndpoint): boolean {
  return ALL.some((one) => metadata.onMethod(one) !== undefined)
}
