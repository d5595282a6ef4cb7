import { randomBytes } from 'node:crypto'
import { defineError, isPromise, type MaybePromise } from '../common/index.js'
import {
  fileTypeOf,
  HttpResponse,
  type CookieOptions,
  type Exchange,
  type HeaderList,
  type ResponseCall,
} from '../http/index.js'
import { attachmentDisposition } from './content-disposition.js'
import { openFile, type SendFileOptions } from './send-file.js'
import { signCookie } from './signed-cookies.js'
import { pump } from './stream.js'
import { ViewEngineMissing, type ViewEngine } from './views.js'

/** Gets the text of a view, or why there is none. */
export type ViewCallback = (error: unknown, html?: string) => void

/** A signed or encrypted cookie without a secret for it. */
export const CookieSecretMissing = defineError<{ name: string }>(
  'CORBEL_COOKIE_SECRET',
  'The cookie "{name}" cannot be signed or encrypted: there is no secret. Give one: createApp(Root, { cookies: { secrets: [...] } }).',
)

/** Attributes of a cookie, and whether it is signed or encrypted. */
export interface WebCookieOptions extends CookieOptions {
  /** Signs the value: it can be read, but not changed. With `request.secret` where cookie middleware has set that. */
  readonly signed?: boolean
  /** Encrypts the value, which then may be anything that JSON has. `HttpOnly` unless said otherwise. */
  readonly encrypted?: boolean
}

/** What the response of a call belongs to. */
export interface WebResponseCall extends ResponseCall {
  /** Adds the headers that all answers have. */
  complete(headers: HeaderList): HeaderList
}

type Done = (error?: unknown) => void

/** Milliseconds since 1970; 0 for never. */
function expiryOf({ maxAge, expires }: CookieOptions): number {
  return maxAge === undefined ? (expires?.getTime() ?? 0) : Date.now() + maxAge
}

/** The response of a controller's handler: what every response has, files, and signed cookies. */
export class WebResponse extends HttpResponse {
  /** The nonce, if anything has asked for it. */
  issuedNonce: string | undefined = undefined

  /**
   * @param exchange to answer
   * @param status what the route answers with unless it is changed
   * @param onError answers where a file or a view cannot be sent
   * @param call what it belongs to
   * @param views renders, if the application has views
   */
  constructor(
    exchange: Exchange,
    status: number | undefined,
    private readonly onError: (error: unknown) => void,
    protected override readonly call?: WebResponseCall,
    private readonly views?: ViewEngine,
  ) {
    super(exchange, status, call)
  }

  /**
   * What `<script nonce="…">` and `<style nonce="…">` of this answer have to carry: the content security policy names it
   * once it was read. 128 random bits, in base64.
   */
  get nonce(): string {
    return (this.issuedNonce ??= randomBytes(16).toString('base64'))
  }

  override cookie(name: string, value: string | object, options: WebCookieOptions = {}): this {
    const { signed, encrypted, ...attributes } = options
    if (signed !== true && encrypted !== true) return super.cookie(name, value, attributes)
    const { req } = this
    const { seals, defaults } = this.call?.cookieRules ?? {}
    // what is worth protecting does not travel in the open where it need not
    const secure = attributes.secure ?? defaults?.secure ?? req?.secure ?? false
    const isSecure = secure && { secure }
    if (encrypted === true) {
      if (seals === undefined) throw new CookieSecretMissing({ name })
      const sealed = seals.encrypt(name, value, expiryOf({ ...defaults, ...attributes }))
      return super.cookie(name, sealed, { httpOnly: true, ...defaults, ...attributes, ...isSecure })
    }
    const text = typeof value === 'object' ? `j:${JSON.stringify(value)}` : value
    // cookie middleware reads what it has the secret of, in its own form
    const secret = req?.['secret']
    if (typeof secret === 'string') return super.cookie(name, signCookie(text, secret), attributes)
    if (seals === undefined) throw new CookieSecretMissing({ name })
    return super.cookie(name, seals.sign(name, text), { ...attributes, ...isSecure })
  }

  /**
   * Tells the browser to save the answer.
   *
   * @param filename under which; it also decides about the type
   */
  attachment(filename?: string): this {
    // never what stands in the name itself: that may be the client's, and a name with a slash looks like a type
    if (filename !== undefined) this.type(fileTypeOf(filename) ?? 'application/octet-stream')
    return this.setHeader('content-disposition', attachmentDisposition(filename))
  }

  /**
   * Answers with a file; 404 if there is none. Parts of it and conditions of the request are answered as they should.
   *
   * @param path absolute, or relative to `root`
   * @param optionsOrDone see `SendFileOptions`, or the callback
   * @param done called at the end; it then answers errors itself
   */
  sendFile(path: string, optionsOrDone: SendFileOptions | Done = {}, done?: Done): void {
    if (typeof optionsOrDone === 'function') return this.sendFile(path, {}, optionsOrDone)
    void this.pumpFile(path, optionsOrDone).then(() => done?.(), done ?? this.onError)
  }

  /**
   * Answers with a file to be saved.
   *
   * @param path absolute, or relative to `root`
   * @param rest the name to save it under (default: its own), options, and the callback; each may be left out
   */
  download(path: string, ...rest: (string | SendFileOptions | Done | undefined)[]): void {
    const name = rest.find((one) => typeof one === 'string') ?? path
    const options = rest.find((one) => typeof one === 'object') ?? {}
    const done = rest.find((one) => typeof one === 'function')
    const headers = { ...options.headers, 'content-disposition': attachmentDisposition(name) }
    this.sendFile(path, { ...options, headers }, done)
  }

  /**
   * Answers with a view. `locals` of the response are visible to it, too.
   *
   * @param view its name below `app.setBaseViewsDir()`
   * @param localsOrDone what the view shows, or the callback
   * @param done gets the text instead of sending it
   */
  render(view: string, localsOrDone?: object | ViewCallback, done?: ViewCallback): void {
    const [locals, callback] =
      typeof localsOrDone === 'function' ? [{}, localsOrDone as ViewCallback] : [localsOrDone, done]
    const fail = callback ?? this.onError
    const send = (html: string): void => (callback === undefined ? this.sendHtml(html) : callback(null, html))
    let html: MaybePromise<string>
    try {
      if (this.views === undefined) throw new ViewEngineMissing({ user: 'response.render()', view })
      html = this.views.render(view, { ...this.locals, ...locals })
    } catch (error) {
      return fail(error)
    }
    if (isPromise<string>(html)) html.then(send, fail).catch(this.onError)
    else send(html)
  }

  /** Answers with text that is HTML unless a header says otherwise. */
  sendHtml(html: string): void {
    if (!this.headers.has('content-type')) this.type('html')
    this.send(html)
  }

  protected override completeHead(): void {
    this.call?.complete(this.headers)
  }

  private async pumpFile(path: string, options: SendFileOptions): Promise<void> {
    const file = await openFile(this.exchange, this, path, options)
    try {
      const { status, length } = file.selection
      this.statusCode = status
      if (status === 304) return void this.end()
      const { outlet } = this
      this.completeHead()
      outlet.head(status, this.headers, length)
      if (file.chunks === undefined) outlet.end()
      else await pump(outlet, file.chunks)
    } finally {
      await file.close()
    }
  }
}
