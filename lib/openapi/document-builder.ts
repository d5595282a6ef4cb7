import type {
  ExternalDocumentation,
  SecurityRequirement,
  SecuritySchemeObject,
  ServerObject,
  TagObject,
} from './document.js'
import type { ApiResponseOptions } from './decorators/responses.js'
import type { OpenApiOptions, SharedParameter } from './options.js'

/** Puts the options of a document together, step by step. */
export class DocumentBuilder {
  private readonly options: { -readonly [K in keyof OpenApiOptions]: OpenApiOptions[K] } = {}

  setTitle(title: string): this {
    this.options.title = title
    return this
  }

  setDescription(description: string): this {
    this.options.description = description
    return this
  }

  setVersion(version: string): this {
    this.options.version = version
    return this
  }

  setTermsOfService(termsOfService: string): this {
    this.options.termsOfService = termsOfService
    return this
  }

  setContact(name: string, url = '', email = ''): this {
    this.options.contact = given({ name, url, email })
    return this
  }

  setLicense(name: string, url = ''): this {
    this.options.license = { name, ...given({ url }) }
    return this
  }

  /** `'3.1.1'` or `'3.0.0'`: the last number does not matter. */
  setOpenAPIVersion(version: string): this {
    this.options.openapi = version.startsWith('3.0') ? '3.0' : '3.1'
    return this
  }

  setExternalDoc(description: string, url: string): this {
    this.options.externalDocs = { description, url }
    return this
  }

  addServer(url: string, description?: string, variables?: ServerObject['variables']): this {
    const server: ServerObject = {
      url,
      ...(description !== undefined && { description }),
      ...(variables !== undefined && { variables }),
    }
    this.options.servers = [...(this.options.servers ?? []), server]
    return this
  }

  /** @param more members of the tag: `{ parent, kind }` of OpenAPI 3.2, or `x-…` */
  addTag(
    name: string,
    description = '',
    externalDocs?: ExternalDocumentation,
    more?: Omit<TagObject, 'name'>,
  ): this {
    const tag = {
      name,
      ...(description !== '' && { description }),
      ...(externalDocs && { externalDocs }),
      ...more,
    }
    this.options.tags = [...(this.options.tags ?? []), tag]
    return this
  }

  /**
   * Adds a member of the application's own; its name begins with `x-`.
   *
   * @param location beside the other members of the document, or in its `info`
   */
  addExtension(name: `x-${string}`, value: unknown, location: 'root' | 'info' = 'root'): this {
    if (location === 'root') Object.assign(this.options, { [name]: value })
    else this.options.infoExtensions = { ...this.options.infoExtensions, [name]: value }
    return this
  }

  /** Adds parameters to every operation that does not have them itself. */
  addGlobalParameters(...parameters: readonly SharedParameter[]): this {
    this.options.parameters = [...(this.options.parameters ?? []), ...parameters]
    return this
  }

  /** Adds responses to every operation that does not describe them itself. */
  addGlobalResponse(...responses: readonly ApiResponseOptions[]): this {
    this.options.responses = [...(this.options.responses ?? []), ...responses]
    return this
  }

  /** Defines a security scheme, without demanding it anywhere. */
  addSecurity(name: string, scheme: SecuritySchemeObject): this {
    this.options.securitySchemes = { ...this.options.securitySchemes, [name]: scheme }
    return this
  }

  /** Demands a scheme of every operation that does not say otherwise. */
  addSecurityRequirements(name: string | SecurityRequirement, scopes: string[] = []): this {
    const requirement = typeof name === 'string' ? { [name]: scopes } : name
    this.options.security = [...(this.options.security ?? []), requirement]
    return this
  }

  addBearerAuth(options: Partial<SecuritySchemeObject> = {}, name = 'bearer'): this {
    return this.addSecurity(name, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', ...options })
  }

  addBasicAuth(options: Partial<SecuritySchemeObject> = {}, name = 'basic'): this {
    return this.addSecurity(name, { type: 'http', scheme: 'basic', ...options })
  }

  addApiKey(options: Partial<SecuritySchemeObject> = {}, name = 'api_key'): this {
    return this.addSecurity(name, { type: 'apiKey', in: 'header', name, ...options })
  }

  addCookieAuth(cookie = 'connect.sid', options: Partial<SecuritySchemeObject> = {}, name = 'cookie'): this {
    return this.addSecurity(name, { type: 'apiKey', in: 'cookie', name: cookie, ...options })
  }

  addOAuth2(options: Partial<SecuritySchemeObject> = {}, name = 'oauth2'): this {
    return this.addSecurity(name, { type: 'oauth2', flows: {}, ...options })
  }

  /** The options, for `SwaggerModule.createDocument` and `createOpenApiDocument`. */
  build(): OpenApiOptions {
    return { ...this.options }
  }
}

function given(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''))
}
