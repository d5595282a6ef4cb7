import { statusText } from '../../http/index.js'
import { defineDecorator, type AnyDecorator } from '../../metadata/index.js'
import type {
  ExampleObject,
  HeaderObject,
  MediaTypeObject,
  ReferenceObject,
  SchemaObject,
} from '../document.js'
import type { TypeReference } from '../schema/type-reference.js'

/** What a response decorator may say. */
export interface ApiResponseOptions {
  /** A status, a class of them (`'4XX'`), or `'default'`. */
  readonly status?: number | 'default' | '1XX' | '2XX' | '3XX' | '4XX' | '5XX'
  readonly description?: string
  readonly type?: TypeReference
  readonly isArray?: boolean
  readonly schema?: SchemaObject
  readonly headers?: Readonly<Record<string, HeaderObject | ReferenceObject>>
  readonly content?: Readonly<Record<string, MediaTypeObject>>
  readonly links?: Readonly<Record<string, unknown>>
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, ExampleObject | ReferenceObject>>
  readonly [extension: `x-${string}`]: unknown
}

/** What one of the decorators stores. */
export type ResponseDeclaration = ApiResponseOptions & {
  readonly status: NonNullable<ApiResponseOptions['status']>
}

/** Those of the class count for all of its methods; of one status the method's count. */
export const ResponseMetadata = defineDecorator({
  name: 'ApiResponse',
  on: ['class', 'method'],
  merge: 'append',
  value: (options: ResponseDeclaration) => [options],
  check: ([{ status } = { status: 'default' }]) =>
    typeof status === 'number' && !(Number.isInteger(status) && status >= 100 && status <= 599)
      ? `names the status ${status}, which is none from 100 to 599`
      : undefined,
})

/**
 * Describes a response.
 *
 * @param options `status` is `'default'` if it is left out
 */
export function ApiResponse(options: ApiResponseOptions): AnyDecorator {
  return ResponseMetadata({ status: 'default', ...options })
}

/** A decorator for one status. */
export type ApiStatusDecorator = (options?: Omit<ApiResponseOptions, 'status'>) => AnyDecorator

function responseDecorator(status: ResponseDeclaration['status']): ApiStatusDecorator {
  return (options = {}) =>
    ResponseMetadata({
      ...(typeof status === 'number' && { description: statusText(status) }),
      ...options,
      status,
    })
}

export const ApiOkResponse = responseDecorator(200)
export const ApiCreatedResponse = responseDecorator(201)
export const ApiAcceptedResponse = responseDecorator(202)
export const ApiNoContentResponse = responseDecorator(204)
export const ApiMovedPermanentlyResponse = responseDecorator(301)
export const ApiFoundResponse = responseDecorator(302)
export const ApiNotModifiedResponse = responseDecorator(304)
export const ApiBadRequestResponse = responseDecorator(400)
export const ApiUnauthorizedResponse = responseDecorator(401)
export const ApiPaymentRequiredResponse = responseDecorator(402)
export const ApiForbiddenResponse = responseDecorator(403)
export const ApiNotFoundResponse = responseDecorator(404)
export const ApiMethodNotAllowedResponse = responseDecorator(405)
export const ApiNotAcceptableResponse = responseDecorator(406)
export const ApiRequestTimeoutResponse = responseDecorator(408)
export const ApiConflictResponse = responseDecorator(409)
export const ApiGoneResponse = responseDecorator(410)
export const ApiPreconditionFailedResponse = responseDecorator(412)
export const ApiPayloadTooLargeResponse = responseDecorator(413)
export const ApiUnsupportedMediaTypeResponse = responseDecorator(415)
export const ApiImATeapotResponse = responseDecorator(418)
export const ApiUnprocessableEntityResponse = responseDecorator(422)
export const ApiTooManyRequestsResponse = responseDecorator(429)
export const ApiInternalServerErrorResponse = responseDecorator(500)
export const ApiNotImplementedResponse = responseDecorator(501)
export const ApiBadGatewayResponse = responseDecorator(502)
export const ApiServiceUnavailableResponse = responseDecorator(503)
export const ApiGatewayTimeoutResponse = responseDecorator(504)
/** Every status that has no response of its own. */
export const ApiDefaultResponse = responseDecorator('default')
