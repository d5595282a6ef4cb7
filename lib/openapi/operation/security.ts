import type { EnhancerNotes, SecurityNote } from '../../pipeline/index.js'
import type { HttpEndpoint } from '../../web/index.js'
import { SecurityMetadata } from '../decorators/security.js'
import type { SecurityRequirement, SecuritySchemeObject } from '../document.js'

/** The security schemes of a document, as they are met. */
export class SecuritySchemes {
  readonly schemes: Record<string, SecuritySchemeObject>

  /** @param declared by the options; they win over what guards say */
  constructor(declared: Readonly<Record<string, SecuritySchemeObject>> = {}) {
    this.schemes = { ...declared }
  }

  /**
   * What a call of an endpoint needs: as `@ApiSecurity` and its kin say, otherwise as its guards do.
   *
   * @param endpoint the endpoint
   * @param guards what its guards say of themselves
   * @returns alternatives; undefined if nothing is said
   */
  of(endpoint: HttpEndpoint, guards: readonly EnhancerNotes[]): SecurityRequirement[] | undefined {
    const declared =
      endpoint.metadata.onMethod(SecurityMetadata) ?? endpoint.metadata.onClass(SecurityMetadata)
    if (declared !== undefined) {
      for (const { requirement, scheme } of declared)
        for (const name of Object.keys(requirement)) if (scheme !== undefined) this.schemes[name] ??= scheme
      return declared.map(({ requirement }) => requirement)
    }
    const asking = guards.filter(({ security = [] }) => security.length > 0)
    if (asking.length === 0) return undefined
    const notes = asking.flatMap(({ security = [] }) => security)
    // each guard asks for all of its notes or for one of them; what several ask for together, a call needs together
    const requirements = asking
      .map(({ security = [], alternatives = false }) =>
        alternatives ? security.map((note) => this.requirementOf([note])) : [this.requirementOf(security)],
      )
      .reduce((before, next) => before.flatMap((one) => next.map((other) => joined(one, other))))
    return notes.every(({ optional }) => optional === true) ? [{}, ...requirements] : requirements
  }

  private requirementOf(notes: readonly SecurityNote[]): SecurityRequirement {
    const requirement: SecurityRequirement = {}
    for (const { name, scheme, scopes = [] } of notes) {
      this.schemes[name] ??= scheme as unknown as SecuritySchemeObject
      requirement[name] = [...(requirement[name] ?? []), ...scopes]
    }
    return requirement
  }
}

function joined(one: SecurityRequirement, other: SecurityRequirement): SecurityRequirement {
  const all: SecurityRequirement = { ...one }
  for (const [name, scopes] of Object.entries(other)) all[name] = [...(all[name] ?? []), ...scopes]
  return all
}
