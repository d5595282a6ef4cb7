import { defineDecorator, type AnyDecorator } from '../../metadata/index.js'
import type { SecurityRequirement, SecuritySchemeObject } from '../document.js'

/** What one decorator says. */
export interface SecurityDeclaration {
  readonly requirement: SecurityRequirement
  /** What the scheme is, where the document does not define it. */
  readonly scheme?: SecuritySchemeObject
}

/** Alternatives: a call has to meet one of them. An empty requirement lets calls without credentials through. */
export const SecurityMetadata = defineDecorator({
  name: 'ApiSecurity',
  on: ['class', 'method'],
  merge: 'append',
  value: (requirement: SecurityRequirement, scheme?: SecuritySchemeObject): SecurityDeclaration[] => [
    { requirement, ...(scheme !== undefined && { scheme }) },
  ],
})

/**
 * Names the security scheme that an endpoint asks for; several decorators are alternatives.
 *
 * @param name of a scheme of the document, or a requirement object: all schemes in it are needed
 * @param scopes that are needed
 */
export function ApiSecurity(
  name: string | SecurityRequirement,
  scopes: readonly string[] = [],
): AnyDecorator {
  return SecurityMetadata(typeof name === 'string' ? { [name]: [...scopes] } : name)
}

/** A token in `Authorization: Bearer …`; the scheme is named `bearer` unless it is said otherwise. */
export function ApiBearerAuth(name = 'bearer'): AnyDecorator {
  return SecurityMetadata({ [name]: [] }, { type: 'http', scheme: 'bearer' })
}

/** Name and password in `Authorization: Basic …`; the scheme is named `basic` unless it is said otherwise. */
export function ApiBasicAuth(name = 'basic'): AnyDecorator {
  return SecurityMetadata({ [name]: [] }, { type: 'http', scheme: 'basic' })
}

/** A cookie; the scheme is named `cookie` unless it is said otherwise. */
export function ApiCookieAuth(name = 'cookie'): AnyDecorator {
  return SecurityMetadata({ [name]: [] }, { type: 'apiKey', in: 'cookie', name: 'session' })
}

/** OAuth 2 with scopes. The document has to define the scheme, which is named `oauth2` unless it is said otherwise. */
export function ApiOAuth2(scopes: readonly string[], name = 'oauth2'): AnyDecorator {
  return SecurityMetadata({ [name]: [...scopes] })
}
