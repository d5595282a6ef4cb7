import {
  BaseExceptionFilter,
  Catch,
  CorbelError,
  HttpAdapterHost,
  HttpException,
  Inject,
  type ArgumentsHost,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { HTML, html } from './html.js'
import { page } from './layout.js'

/** Errors as pages, for browsers; who is not logged in is led to the login. Scripts get problem details. */
@Catch()
export class ErrorPages extends BaseExceptionFilter {
  constructor(@Inject(HttpAdapterHost) adapter: HttpAdapterHost) {
    super(adapter.httpAdapter)
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    const request = http.getRequest<HttpRequest>()
    const response = http.getResponse<WebResponse>()
    const status = statusOf(error)
    if (status >= 500 || request.accepts('json', 'html') !== 'html') return super.catch(error, host)
    if (status === 401 && request.method === 'GET') {
      response.redirect(`/login?to=${encodeURIComponent(request.url)}`)
      return
    }
    const message = error instanceof Error ? error.message : ''
    // when to try again (429), how to log in (401)
    response.status(status).header(headersOf(error)).setHeader('content-type', HTML)
    response.send(
      page({
        title: String(status),
        body: html`<section class="card">
          <h1>${TITLES[status] ?? 'That did not work'}</h1>
          <p>${message}</p>
          <p><a href="/">Back to the board</a></p>
        </section>`,
      }),
    )
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Something is wrong in the form',
  401: 'Log in first',
  403: 'This is not for you',
  404: 'There is nothing here',
  409: 'That is taken',
  422: 'Choose another one',
  429: 'Slow down',
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus()
  return (error instanceof CorbelError ? error.status : undefined) ?? 500
}

function headersOf(error: unknown): Record<string, string> {
  const headers = error instanceof Error && 'headers' in error ? error.headers : undefined
  return typeof headers === 'object' && headers !== null ? { ...(headers as Record<string, string>) } : {}
}
