export { createOpenApiDocument } from './create-document.js'
export {
  ApiCallbacks,
  ApiConsumes,
  ApiDefaultGetter,
  ApiExcludeController,
  ApiExcludeEndpoint,
  ApiExtension,
  ApiExtraModels,
  ApiLink,
  ApiOperation,
  ApiProduces,
  ApiServer,
  ApiTags,
  ApiWebhook,
  type ApiLinkOptions,
  type ApiOperationOptions,
  type CallbackOptions,
} from './decorators/operation.js'
export {
  ApiBody,
  ApiCookie,
  ApiHeader,
  ApiHeaders,
  ApiParam,
  ApiQuery,
  type ApiBodyOptions,
  type ApiNamedParameterOptions,
  type ApiNamedParameterOptions as ApiHeaderOptions,
  type ApiNamedParameterOptions as ApiParamOptions,
  type ApiNamedParameterOptions as ApiQueryOptions,
  type ApiParameterOptions,
} from './decorators/parameters.js'
export {
  ApiHideProperty,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponseProperty,
  ApiSchema,
  type ApiPropertyOptions,
  type ApiSchemaOptions,
} from './decorators/property.js'
export {
  ApiAcceptedResponse,
  ApiBadGatewayResponse,
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiDefaultResponse,
  ApiForbiddenResponse,
  ApiFoundResponse,
  ApiGatewayTimeoutResponse,
  ApiGoneResponse,
  ApiImATeapotResponse,
  ApiInternalServerErrorResponse,
  ApiMethodNotAllowedResponse,
  ApiMovedPermanentlyResponse,
  ApiNoContentResponse,
  ApiNotAcceptableResponse,
  ApiNotFoundResponse,
  ApiNotImplementedResponse,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiPayloadTooLargeResponse,
  ApiPaymentRequiredResponse,
  ApiPreconditionFailedResponse,
  ApiRequestTimeoutResponse,
  ApiResponse,
  ApiServiceUnavailableResponse,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
  ApiUnsupportedMediaTypeResponse,
  type ApiResponseOptions,
  type ApiStatusDecorator,
} from './decorators/responses.js'
export { ApiBasicAuth, ApiBearerAuth, ApiCookieAuth, ApiOAuth2, ApiSecurity } from './decorators/security.js'
export type {
  ComponentsObject,
  HeaderObject,
  InfoObject,
  MediaTypeObject,
  OpenApiDocument,
  OpenApiDocument as OpenAPIObject,
  OperationObject,
  ParameterObject,
  PathItemObject,
  ReferenceObject,
  RequestBodyObject,
  ResponseObject,
  SchemaObject,
  SecurityRequirement,
  SecuritySchemeObject,
  ServerObject,
  TagObject,
} from './document.js'
export { DocumentBuilder } from './document-builder.js'
export {
  ContractBroken,
  OpenApiOptionsInvalid,
  OperationIdTaken,
  ReferenceBroken,
  TypeMissing,
} from './errors.js'
export { OpenApiModule, type OpenApiModuleOptions } from './module.js'
export type { OperationName } from './operation/operation-ids.js'
export type { LinkName, OpenApiOptions, SharedParameter } from './options.js'
export type { SchemaConverter } from './schema/standard-schema.js'
export type { TypeReference } from './schema/type-reference.js'
export { getSchemaPath, refs } from './schema-path.js'
export type { PatchDocument, ServedDocument, UiOptions } from './site.js'
export {
  SwaggerModule,
  type SwaggerConfig,
  type SwaggerCustomOptions,
  type SwaggerDocumentOptions,
} from './swagger-module.js'
export type { UserInterfaceOptions } from './ui/page.js'
export { toYaml } from './yaml.js'
export { checkContract, type CheckContractOptions, type ContractFinding } from './contract/check-contract.js'
export type { ContractMode } from './contract/contract-steps.js'
export { ResponseContract, type ContractResponse } from './contract/response-contract.js'
export type { ApiChange, ChangeKind } from './diff/change.js'
export { changelogMarkdown, type ChangelogOptions } from './diff/changelog.js'
export {
  compareDocuments,
  type ApiComparison,
  type CompareDocumentsOptions,
} from './diff/compare-documents.js'
export {
  compareVersions,
  versionsMarkdown,
  type NamedDocument,
  type OperationHistory,
  type OperationState,
} from './diff/side-by-side.js'
