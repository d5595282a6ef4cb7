import type { Class } from '../../common/index.js'
import { defineDecorator } from '../../metadata/index.js'
import type { ExternalDocumentation, PathItemObject, ServerObject } from '../document.js'
import { OpenApiOptionsInvalid } from '../errors.js'
import type { ApiBodyOptions } from './parameters.js'

/** What `@ApiOperation` may say. */
export interface ApiOperationOptions {
  readonly summary?: string
  readonly description?: string
  readonly operationId?: string
  readonly deprecated?: boolean
  readonly tags?: readonly string[]
  readonly externalDocs?: ExternalDocumentation
  readonly servers?: readonly ServerObject[]
  readonly [extension: `x-${string}`]: unknown
}

/** Describes what an endpoint does. */
export const ApiOperation = defineDecorator({
  name: 'ApiOperation',
  on: ['method'],
  repeatable: true,
  value: (options: ApiOperationOptions) => options,
})

/** The tags of a controller or an endpoint, in the place of the controller's name. */
export const ApiTags = defineDecorator({
  name: 'ApiTags',
  on: ['class', 'method'],
  merge: 'append',
  value: (...tags: string[]) => tags,
})

/** Leaves an endpoint out of documents (`@ApiExcludeEndpoint(false)` puts it back in). */
export const ApiExcludeEndpoint = defineDecorator({
  name: 'ApiExcludeEndpoint',
  on: ['method'],
  value: (disable: boolean = true) => disable,
})

/** Leaves the endpoints of a controller out of documents. */
export const ApiExcludeController = defineDecorator({
  name: 'ApiExcludeController',
  on: ['class'],
  value: (disable: boolean = true) => disable,
})

/** Classes that a document describes although no endpoint names them. */
export const ApiExtraModels = defineDecorator({
  name: 'ApiExtraModels',
  on: ['class', 'method'],
  merge: 'append',
  value: (...models: Class[]) => models,
})

/** The media types of request bodies. */
export const ApiConsumes = defineDecorator({
  name: 'ApiConsumes',
  on: ['class', 'method'],
  value: (...mediaTypes: string[]) => mediaTypes,
})

/** The media types of successful responses. */
export const ApiProduces = defineDecorator({
  name: 'ApiProduces',
  on: ['class', 'method'],
  value: (...mediaTypes: string[]) => mediaTypes,
})

/** Adds a member of the application's own to an operation; its name begins with `x-`. */
export const ApiExtension = defineDecorator({
  name: 'ApiExtension',
  on: ['class', 'method'],
  merge: 'append',
  value: (name: string, value: unknown) => [{ name, value }],
  check: ([extension]) =>
    extension!.name.startsWith('x-') ? undefined : `names "${extension!.name}", which does not begin with x-`,
})

/** One request that the API makes by itself to an address which a client gave it. */
export interface CallbackOptions {
  readonly name: string
  /** A runtime expression: `{$request.body#/callbackUrl}`. */
  readonly callbackUrl: string
  readonly method: string
  readonly requestBody: ApiBodyOptions
  readonly expectedResponse: { readonly status: number | string; readonly description?: string }
  readonly description?: string
}

/** The callbacks of an operation, in short form or as OpenAPI writes them. */
export const ApiCallbacks = defineDecorator({
  name: 'ApiCallbacks',
  on: ['method'],
  merge: 'append',
  value: (...callbacks: (CallbackOptions | Readonly<Record<string, Record<string, PathItemObject>>>)[]) =>
    callbacks,
})

/** Declares that an endpoint is what the API expects of its clients: it is listed under `webhooks`, not under `paths`. */
export const ApiWebhook = defineDecorator({
  name: 'ApiWebhook',
  on: ['method'],
  value: (name: string) => {
    if (typeof name !== 'string' || name === '')
      throw new OpenApiOptionsInvalid({ reason: '@ApiWebhook() needs a name.' })
    return name
  },
})

/** The servers of an operation or controller, where they are not those of the document. */
export const ApiServer = defineDecorator({
  name: 'ApiServer',
  on: ['class', 'method'],
  merge: 'append',
  value: (server: ServerObject) => [server],
})

/** What `@ApiLink` may say. */
export interface ApiLinkOptions {
  /** The class whose objects lead to the operation. */
  readonly from: Class
  /** Its property that has the parameter's value. Default `id`. */
  readonly fromField?: string
  /** The path parameter of the operation. */
  readonly routeParam: string
}

/** Says that responses with an object of a class lead to this operation. */
export const ApiLink = defineDecorator({
  name: 'ApiLink',
  on: ['method'],
  merge: 'append',
  value: (options: ApiLinkOptions): ApiLinkOptions[] => [options],
  check: ([link]) =>
    typeof link?.from !== 'function' || !link.routeParam ? 'names no class and route parameter' : undefined,
})

/** Says that this operation gives objects of a class; `@ApiProperty({ link: () => Class })` leads to it. */
export const ApiDefaultGetter = defineDecorator({
  name: 'ApiDefaultGetter',
  on: ['method'],
  merge: 'append',
  value: (type: Class, parameter: string) => [{ type, parameter }],
})
