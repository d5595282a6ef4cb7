/** An error that Corbel declares: a stable code, a message that says what to do, and typed details. */
export class CorbelError extends Error {
  /** Stable, searchable, documented in docs/errors.md. */
  readonly code: string
  /** The HTTP status with which a client learns of it; undefined for errors that are not a client's business. */
  readonly status: number | undefined
  /** The values that the message was made from. */
  readonly details: Readonly<Record<string, unknown>>
  /** Members of the body in `problem` form, beside the message (RFC 9457 §3.2); undefined for none. */
  readonly problem?: Readonly<Record<string, unknown>>
  /** Headers of the answer that tells of it; undefined for none. */
  readonly headers?: Readonly<Record<string, string>>

  constructor(
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
    status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = code
    this.code = code
    this.status = status
    this.details = details
  }
}

/** What one error may have that others of its code have not. */
export interface DefinedErrorOptions extends ErrorOptions {
  /** In place of the definition's status. */
  readonly status?: number
  /** Headers of the answer that tells of it. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The class that `defineError` returns: construct it with the details that its message names. */
export interface ErrorDefinition<Details> {
  new (details: Details, options?: DefinedErrorOptions): CorbelError & { readonly details: Details }
  readonly code: string
  readonly status: number | undefined
}

/**
 * Declares an error once: its code, its message and, where a client may meet it, its HTTP status.
 *
 * @param code stable identifier, `CORBEL_…`
 * @param template message; `{name}` stands for the detail of that name
 * @param options `status`: the HTTP status for errors that answer a request; `tells`: the details that a client gets as
 *   members of the body, too (RFC 9457 §3.2)
 * @returns a class to throw: `throw new RouteDuplicate({ method, path })`
 * @example
 * const PortTaken = defineError<{ port: number }>('CORBEL_PORT_TAKEN', 'Port {port} is in use. Choose another one.')
 */
export function defineError<Details extends object>(
  code: string,
  template: string,
  options: { readonly status?: number; readonly tells?: readonly (keyof Details & string)[] } = {},
): ErrorDefinition<Details> {
  const definition = class extends CorbelError {
    static readonly code = code
    static readonly status = options.status

    constructor(details: Details, errorOptions: DefinedErrorOptions = {}) {
      const values = details as Readonly<Record<string, unknown>>
      const { status = options.status, headers, ...rest } = errorOptions
      super(code, fill(template, values), values, status, rest)
      const told: Partial<Writable<CorbelError>> = {
        ...(headers !== undefined && { headers }),
        ...(options.tells !== undefined && {
          problem: Object.fromEntries(options.tells.map((name) => [name, values[name]])),
        }),
      }
      Object.assign(this, told)
    }
  }
  Object.defineProperty(definition, 'name', { value: code })
  return definition as unknown as ErrorDefinition<Details>
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  )
}
