import type { Server } from 'node:net'
import type { Feature } from '../core/index.js'
import type { HttpRequest, HttpResponse } from '../http/index.js'
import { DirectRoutes, type DirectTarget } from './direct-routes.js'

/**
 * What code that answers requests outside of controllers (catch-all filters above all) asks of the server, whatever the
 * server is: how to answer, what a request says of itself, and how to add routes beside the controllers.
 */
export class HttpAdapter extends DirectRoutes {
  /**
   * @param server gives the listening server; the application has it once it is made
   * @param target gives the application, which takes routes and settings
   */
  constructor(
    private readonly server: () => Server | undefined,
    target: () => DirectTarget | undefined = () => undefined,
  ) {
    super(target)
  }

  /** What other adapters wrap: there is nothing below this one, so that it stands for itself. */
  getInstance<T = this>(): T {
    return this as unknown as T
  }

  /** The name of the server. */
  getType(): string {
    return 'corbel'
  }

  /** The `net` or `tls` server; undefined for an application without one. */
  getHttpServer(): Server | undefined {
    return this.server()
  }

  /**
   * Answers.
   *
   * @param response to answer with
   * @param body an object is sent as JSON, text and bytes as they are; undefined or null for an empty body
   * @param status left as it is without one
   */
  reply(response: HttpResponse, body: unknown, status?: number): void {
    if (status !== undefined) response.status(status)
    if (body === undefined || body === null) response.end()
    else if (typeof body === 'object' && !(body instanceof Uint8Array)) response.json(body)
    else response.send(body)
  }

  /** Ends an answer, with a last piece of text or bytes. */
  end(response: HttpResponse, last?: string | Uint8Array): void {
    response.end(last)
  }

  /** Sets the status of the answer. */
  status(response: HttpResponse, status: number): void {
    response.status(status)
  }

  /** Answers with a redirect. */
  redirect(response: HttpResponse, status: number, url: string): void {
    response.redirect(status, url)
  }

  /** Whether the answer has begun. */
  isHeadersSent(response: HttpResponse): boolean {
    return response.headersSent
  }

  /** A header of the answer. */
  getHeader(response: HttpResponse, name: string): string | string[] | undefined {
    return response.getHeader(name)
  }

  /** Sets a header of the answer. */
  setHeader(response: HttpResponse, name: string, value: string): void {
    response.setHeader(name, value)
  }

  /** Adds a line to a header of the answer. */
  appendHeader(response: HttpResponse, name: string, value: string): void {
    response.append(name, value)
  }

  /** The method of a request, upper case. */
  getRequestMethod(request: HttpRequest): string {
    return request.method
  }

  /** Path and query of a request as they were received. */
  getRequestUrl(request: HttpRequest): string {
    return request.originalUrl
  }

  /** The host that a request names, without port. */
  getRequestHostname(request: HttpRequest): string {
    return request.hostname
  }
}

/** Inject it for the `HttpAdapter`: into filters, or into what watches for the server to listen. */
export class HttpAdapterHost {
  readonly httpAdapter: HttpAdapter
  /** Whether the server listens. */
  get listening(): boolean {
    return this.server()?.listening ?? false
  }

  /**
   * @param server gives the listening server, once there is one
   * @param target gives the application, once it is made
   */
  constructor(
    private readonly server: () => Server | undefined,
    target?: () => DirectTarget | undefined,
  ) {
    this.httpAdapter = new HttpAdapter(server, target)
  }
}

/** Stands in for controllers over HTTP in an application without a transport. */
export const withoutTransport: Feature = {
  name: 'web',
  configure: (build) =>
    build.provide({ provide: HttpAdapterHost, useValue: new HttpAdapterHost(() => undefined) }),
}
