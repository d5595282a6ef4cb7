import { InjectionToken } from '../../di/index.js'

/** One message to one person. */
export interface Mail {
  /** One address, without a name. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** Sends mail; a driver or the application provides it. */
export interface Mailer {
  /** @returns when the message is accepted, not when it has arrived */
  send(mail: Mail): Promise<void>
}

/** The application's mailer. */
export const MAILER = new InjectionToken<Mailer>('MAILER')

/** Keeps what would be sent: for specs, and for development without a mail server. */
export class MemoryMailer implements Mailer {
  /** The latest last. */
  readonly sent: Mail[] = []

  /** @param bound how many messages are kept. Default 100 */
  constructor(private readonly bound = 100) {}

  async send(mail: Mail): Promise<void> {
    this.sent.push(mail)
    if (this.sent.length > this.bound) this.sent.shift()
  }
}

/**
 * Reads an address from a client: one, without a name, and nothing that could add lines or recipients to a message.
 *
 * @param text as typed
 * @returns trimmed, the domain in lower case; undefined if it is none
 */
export function mailAddress(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const address = text.trim()
  if (
    address.length > 254 ||
    !/^[^\s@<>()[\],;:"\\\p{C}]{1,64}@[\p{L}\p{N}][\p{L}\p{N}.-]*\.[\p{L}\p{N}-]{2,}$/u.test(address)
  )
    return undefined
  const at = address.indexOf('@')
  return address.slice(0, at) + address.slice(at).toLowerCase()
}
