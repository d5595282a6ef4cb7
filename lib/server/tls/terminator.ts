import type { Socket } from 'node:net'
import { createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import { Certificates, clientCertificatesOf } from './certificates.js'
import { TlsConfigurationInvalid, TlsHandshakeFailed } from './errors.js'
import type { TlsOptions } from './options.js'
import { watchFiles, type FileWatch } from './watch.js'

/** Whom a terminator tells what. */
export interface TerminatorHost {
  /** A handshake is complete. */
  secured(socket: TLSSocket, raw: Socket): void
  /** Something that its operator should know. */
  warn(warning: Error): void
  /** A handshake failed; the socket is closed. */
  handshakeFailed(error: Error): void
}

/** Speaks TLS on connections that others have accepted. */
export class TlsTerminator {
  private watch: FileWatch | undefined
  private reloading: Promise<void> = Promise.resolve()

  private constructor(
    private readonly options: TlsOptions,
    private certificates: Certificates,
    private readonly server: Server,
    private readonly host: TerminatorHost,
  ) {
    server.on('secureConnection', (socket) => this.secured(socket))
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      socket.destroy()
      // to connect and go is no failure: it is how ports are tested
      if (error.code === 'ECONNRESET') return
      host.handshakeFailed(new TlsHandshakeFailed({ reason: reasonOf(error) }, { cause: error }))
    })
  }

  /**
   * Reads certificates and keys and checks them.
   *
   * @param options as configured
   * @param protocols what to agree on by ALPN (RFC 7301), in order of preference
   * @param host see `TerminatorHost`
   * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION
   */
  static async create(
    options: TlsOptions,
    protocols: readonly string[],
    host: TerminatorHost,
  ): Promise<TlsTerminator> {
    const { handshakeTimeout = 10_000, ticketKeys, SNICallback } = options
    const certificates = await Certificates.load(options)
    const clients = clientCertificatesOf(options)
    // asked for each connection, so that it knows those that were reloaded
    let terminator: TlsTerminator | undefined = undefined
    const find = (name: string, done: (error: Error | null, context?: SecureContext) => void): void =>
      terminator?.findContext(name, done)
    let server: Server
    try {
      server = createServer({
        ...certificates.own,
        ALPNProtocols: [...protocols],
        SNICallback: SNICallback ?? find,
        requestCert: clients !== 'off',
        rejectUnauthorized: clients === 'require',
        handshakeTimeout,
        ...(ticketKeys && { ticketKeys }),
      })
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new TlsConfigurationInvalid({ part: 'these options', reason }, { cause })
    }
    terminator = new TlsTerminator(options, certificates, server, host)
    terminator.announce()
    return terminator
  }

  /**
   * Begins the handshake.
   *
   * @param raw not read from, or with the bytes that were read put back
   */
  accept(raw: Socket): void {
    // a client that ends its side now has gone; later it may still wait for an answer
    raw.allowHalfOpen = false
    this.server.emit('connection', raw)
  }

  /**
   * Reads certificates and keys again, for handshakes to come.
   *
   * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION; then those in force stay
   */
  reload(): Promise<void> {
    // one after the other, so that the last one wins
    const next = this.reloading.then(() => this.reloadNow())
    this.reloading = next.catch(() => undefined)
    return next
  }

  /**
   * Begins to look for changes of the files, if that is wanted; to be called again after `dispose`.
   *
   * @throws {CorbelError} CORBEL_TLS_CONFIGURATION if the system does not let it
   */
  start(): void {
    if (this.options.watch !== true || this.watch !== undefined) return
    const changed = (): void => void this.reload().catch((error: Error) => this.host.warn(error))
    try {
      this.watch = watchFiles(this.certificates.files, changed)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new TlsConfigurationInvalid({ part: 'watch', reason }, { cause })
    }
  }

  /** Lets go of the files. */
  dispose(): void {
    this.watch?.close()
    this.watch = undefined
  }

  private async reloadNow(): Promise<void> {
    const fresh = await Certificates.load(this.options)
    if (fresh.digest === this.certificates.digest && typeof this.options.sni !== 'function') return
    this.server.setSecureContext({
      ...fresh.own,
      ...(this.options.ticketKeys && { ticketKeys: this.options.ticketKeys }),
    })
    this.certificates = fresh
    this.announce()
  }

  private announce(): void {
    for (const warning of this.certificates.warnings) this.host.warn(warning)
  }

  private findContext(name: string, done: (error: Error | null, context?: SecureContext) => void): void {
    const found = this.certificates.find(name)
    if (!(found instanceof Promise)) return done(null, found)
    found.then(
      (context) => done(null, context),
      (error: Error) => {
        this.host.warn(error)
        done(error)
      },
    )
  }

  private secured(socket: TLSSocket): void {
    // the only way from here to the socket below, and to what the proxy said about it
    const raw: unknown = Reflect.get(socket, '_parent')
    if (!isSocket(raw)) return void socket.destroy()
    socket.allowHalfOpen = true
    this.host.secured(socket, raw)
  }
}

function isSocket(value: unknown): value is Socket {
  return typeof value === 'object' && value !== null && 'remoteAddress' in value
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ERR_SSL_HTTP_REQUEST') return 'the client speaks plain HTTP; it has to use https://'
  if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'it did not come to its end in time'
  const { message } = error
  // OpenSSL's own form: id:error:number:library:function:reason:file:line
  return /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message
}
