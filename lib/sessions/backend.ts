import { createHash, randomBytes } from 'node:crypto'
import type { MaybePromise } from '../common/index.js'
import type { SessionRecord, SessionStore } from '../core/index.js'
import type { CookieSeals } from '../http/index.js'

/** Where sessions live: behind an id that the browser has, or in the cookie itself. */
export interface SessionBackend {
  /** True if sessions can be listed and ended from elsewhere. */
  readonly store: SessionStore | undefined
  /** @returns undefined for a cookie that stands for no session */
  read(cookie: string): MaybePromise<SessionRecord | undefined>
  /** @returns the cookie and the id of a new session */
  create(): { readonly cookie: string; readonly id: string }
  /** @returns the value of the cookie; false if somebody else has written or destroyed the session */
  write(record: SessionRecord, cookie: string): MaybePromise<string | false>
  touch(record: SessionRecord, expiresAt: number, cookie: string): MaybePromise<string | false>
  destroy(id: string): MaybePromise<unknown>
}

/** 256 random bits in base64url. */
const COOKIE_FORM = /^[\w-]{43}$/

/**
 * Sessions on the server. The store knows only a hash of what the browser has, and an id that it does not know is never
 * taken for a new session.
 *
 * @param store where they are
 */
export function serverBackend(store: SessionStore): SessionBackend {
  const idOf = (cookie: string): string => createHash('sha256').update(cookie).digest('hex')
  return {
    store,
    read: (cookie) => (COOKIE_FORM.test(cookie) ? store.read(idOf(cookie)) : undefined),
    create() {
      const cookie = randomBytes(32).toString('base64url')
      return { cookie, id: idOf(cookie) }
    },
    write: async (record, cookie) => (await store.write(record)) && cookie,
    touch: async ({ id }, expiresAt, cookie) => (await store.touch(id, expiresAt)) && cookie,
    destroy: (id) => store.destroy(id),
  }
}

/**
 * Sessions in the cookie, which nobody can change.
 *
 * @param seals of the application's cookies
 * @param name of the cookie
 * @param isEncrypted whether nobody can read it, either
 * @param now milliseconds since 1970
 */
export function cookieBackend(
  seals: CookieSeals,
  name: string,
  isEncrypted: boolean,
  now: () => number,
): SessionBackend {
  const seal = (record: SessionRecord): string => {
    const { id, subject, values, createdAt, expiresAt } = record
    // the end of the session is looked at when it is read, by the clock of sessions
    const content = [id, subject ?? null, values, createdAt, expiresAt]
    return isEncrypted
      ? seals.encrypt(name, content, 0)
      : seals.sign(name, Buffer.from(JSON.stringify(content)).toString('base64url'))
  }
  const open = (cookie: string): unknown => {
    if (isEncrypted) return seals.decrypt(name, cookie)
    const signed = seals.unsign(name, cookie)
    return signed === false ? undefined : JSON.parse(Buffer.from(signed, 'base64url').toString())
  }
  return {
    store: undefined,
    read(cookie) {
      const content = open(cookie) as
        [string, string | null, Record<string, unknown>, number, number] | undefined
      if (content === undefined) return undefined
      const [id, subject, values, createdAt, expiresAt] = content
      if (expiresAt <= now()) return undefined
      return { id, subject: subject ?? undefined, values, createdAt, expiresAt, version: 1 }
    },
    create: () => ({ cookie: '', id: randomBytes(16).toString('hex') }),
    write: seal,
    touch: (record, expiresAt) => seal({ ...record, expiresAt }),
    destroy: () => undefined,
  }
}
