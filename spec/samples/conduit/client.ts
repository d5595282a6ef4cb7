import { differences, OPERATIONS, type Operation, type Shape } from './contract.js'

/** An answer whose form has been found right. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed; undefined if there is none. */
  readonly body: any
}

/** What is sent with a request. */
export interface Sent {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly token?: string | undefined
}

/** Which operations were answered with which status: what a spec compares with the contract in the end. */
export const seen = new Map<Operation, Set<number>>()

/** Calls operations of the contract over TCP, and refuses every answer that is not as the contract says. */
export class ConduitClient {
  /**
   * @param base where the application listens
   * @param token of a user; undefined for nobody
   */
  constructor(
    readonly base: string,
    readonly token?: string,
  ) {}

  /** The same, logged in. */
  as(token: string): ConduitClient {
    return new ConduitClient(this.base, token)
  }

  async call(
    operation: Operation,
    { params = {}, query, body, token = this.token }: Sent = {},
  ): Promise<Answer> {
    const [method = '', template = ''] = operation.split(' ')
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(params[name] ?? ''),
    )
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`
    const response = await fetch(`${this.base}/api${path}${search}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Token ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return check(operation, response, text)
  }

  /** Registers a user, whose name is also the e-mail address. */
  async register(username: string): Promise<ConduitClient> {
    const user = { username, email: `${username}@conduit.example`, password: `password of ${username}` }
    const { status, body } = await this.call('POST /users', { body: { user } })
    expect(status).toBe(201)
    return this.as(body.user.token)
  }

  /** Writes an article and gives it back. */
  async write(title: string, more: object = {}): Promise<any> {
    const article = { title, description: `About ${title}`, body: `All about ${title}.`, ...more }
    const { status, body } = await this.call('POST /articles', { body: { article } })
    expect(status).toBe(201)
    return body.article
  }
}

function check(operation: Operation, response: Response, text: string): Answer {
  const { status, headers } = response
  const shapes: Record<number, Shape | undefined> = OPERATIONS[operation]
  const where = `${operation} → ${status} ${text.slice(0, 300)}`
  if (!(status in shapes)) throw new Error(`not in the contract: ${where}`)
  const shape = shapes[status]
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  const found =
    shape === undefined ? (text === '' ? [] : ['a body where there must be none']) : differences(body, shape)
  if (found.length > 0) throw new Error(`${found.join('; ')}: ${where}`)
  if (shape !== undefined && !headers.get('content-type')?.startsWith('application/json')) {
    throw new Error(`not JSON: ${where}`)
  }
  if (status === 401 && !headers.get('www-authenticate')?.startsWith('Token'))
    throw new Error(`no challenge: ${where}`)
  const statuses = seen.get(operation) ?? new Set()
  seen.set(operation, statuses.add(status))
  return { status, headers, body }
}
