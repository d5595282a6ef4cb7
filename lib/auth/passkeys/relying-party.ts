import { AuthOptionsInvalid } from '../errors.js'

/** Whom passkeys are for: the relying party of WebAuthn. */
export interface RelyingPartyOptions {
  /** The domain that passkeys belong to: `example.com`, whose passkeys are good on its subdomains, too. It cannot be changed later. */
  readonly rpId: string
  /** What browsers show: the name of the application. */
  readonly rpName: string
  /**
   * Origins of the pages that may use them. Default `https://<rpId>`, and for `localhost` every port over HTTP, for development.
   */
  readonly origins?: readonly string[]
}

/** Says which origins count. */
export class RelyingParty {
  readonly id: string
  readonly name: string
  private readonly origins: ReadonlySet<string> | undefined

  /**
   * @param options see `RelyingPartyOptions`
   * @throws {CorbelError} CORBEL_AUTH_OPTIONS_INVALID for a domain that is none, and for origins that it is not for
   */
  constructor({ rpId, rpName, origins }: RelyingPartyOptions) {
    if (!isDomain(rpId)) throw invalid(`rpId: "${rpId}" is no domain. Write it without scheme and port.`)
    this.id = rpId
    this.name = rpName
    for (const origin of origins ?? []) {
      const problem = originProblem(origin, rpId)
      if (problem !== undefined) throw invalid(`origins: "${origin}" ${problem}`)
    }
    if (origins !== undefined) this.origins = new Set(origins)
    else if (rpId !== 'localhost') this.origins = new Set([`https://${rpId}`])
  }

  /** @param origin as the browser has written it down */
  accepts(origin: string): boolean {
    if (this.origins !== undefined) return this.origins.has(origin)
    return /^https?:\/\/localhost(?::\d{1,5})?$/.test(origin)
  }
}

function isDomain(text: string): boolean {
  const labels = text.split('.')
  // addresses are none (WebAuthn §5.1.2)
  return (
    labels.every((label) => /^[a-z\d](?:[a-z\d-]*[a-z\d])?$/.test(label)) && !/^\d+$/.test(labels.at(-1)!)
  )
}

function originProblem(text: string, rpId: string): string | undefined {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return 'is no origin.'
  }
  const { origin, protocol, hostname } = url
  // apps of Android have origins of their own: android:apk-key-hash:…
  if (protocol === 'android:') return undefined
  if (origin !== text) return `is no origin. Write ${origin}.`
  if (protocol !== 'https:' && hostname !== 'localhost')
    return 'has no https: browsers have passkeys only there.'
  if (hostname !== rpId && !hostname.endsWith(`.${rpId}`)) return `is no host of ${rpId}.`
  return undefined
}

function invalid(reason: string): Error {
  return new AuthOptionsInvalid({ reason })
}
