import { Inject, Injectable } from '../di/index.js'
import { Describes, type CanActivate, type ExecutionContext } from '../pipeline/index.js'
import type { HttpContext } from '../web/index.js'
import { SignatureInvalid } from './errors.js'
import type { KeyRing } from './key-ring.js'
import { assertAlive, Signing, type Now, type SignedOptions } from './signing.js'

/** How a URL is signed. */
export interface SignedUrlOptions extends SignedOptions {
  /** The method that it is good for. Default GET, which includes HEAD. */
  readonly method?: string
}

const PURPOSE = 'url'
const DEFAULT_LIFETIME = 900

/**
 * URLs that are good as they are, for a while: downloads, invitations, what a mail leads to. Path and query are signed, and the method; not the
 * host, which proxies may change.
 *
 * @example
 * urls.sign('/reports/7?format=pdf', { expiresIn: 3600 })
 */
export class SignedUrls {
  private readonly signing: Signing

  /**
   * @param keys of the application
   * @param now the time, for tests
   */
  constructor(
    keys: KeyRing,
    private readonly now: Now = Date.now,
  ) {
    this.signing = new Signing(keys)
  }

  /**
   * @param url absolute, or path and query
   * @param options lifetime and method
   * @returns the same, with `expires` and `signature` at the end of its query
   */
  sign(url: string, { expiresIn = DEFAULT_LIFETIME, method = 'GET' }: SignedUrlOptions = {}): string {
    const [whole = ''] = url.split('#', 1)
    const expires = Math.floor(this.now() / 1000) + expiresIn
    const complete = `${whole}${whole.includes('?') ? '&' : '?'}expires=${expires}`
    return `${complete}&signature=${this.signing.sign(textOf(complete, method), PURPOSE)}`
  }

  /**
   * @param url as it was asked for: absolute, or path and query
   * @param method of the request
   * @throws {CorbelError} CORBEL_SIGNATURE_INVALID, CORBEL_SIGNATURE_EXPIRED (both 403)
   */
  verify(url: string, method = 'GET'): void {
    // at the very end, so that nothing can be added, and as it was written, so that nothing can be read in two ways
    const [, complete, expires, signature] =
      /^(.*[?&]expires=(\d{1,12}))&signature=([\w-]+\.[\w-]+)$/.exec(url) ?? []
    if (complete === undefined || signature === undefined) throw new SignatureInvalid({})
    if (!this.signing.verify(textOf(complete, method), signature, PURPOSE)) throw new SignatureInvalid({})
    assertAlive(Number(expires), this.now)
  }
}

/** Lets in who has a URL that `SignedUrls` has signed. Provide `SignedUrls` beside it. */
@Injectable()
@Describes({ responses: { 403: 'The URL is not signed, was changed, or its time is over.' } })
export class SignedUrlGuard implements CanActivate {
  /** @param urls of the application */
  constructor(@Inject(SignedUrls) private readonly urls: SignedUrls) {}

  canActivate(context: ExecutionContext): boolean {
    const { exchange } = context as HttpContext
    this.urls.verify(exchange.target, exchange.method)
    return true
  }
}

function textOf(url: string, method: string): string {
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '')
  return `${method === 'HEAD' ? 'GET' : method} ${path.startsWith('/') ? path : `/${path}`}`
}
