import type { DataSourceOptions } from 'typeorm'
import { DatabaseUrlInvalid } from './errors.js'
import type { EmbeddedOptions } from './options.js'
import { pgliteOptions } from './pglite.js'

/** What one server takes: replicas have the same members. */
export interface ServerAddress {
  readonly host: string
  readonly port?: number
  readonly username?: string
  readonly password?: string
  readonly database?: string
  readonly ssl?: boolean | { readonly rejectUnauthorized: boolean }
}

/**
 * Reads the URL of a database, as environments give it.
 *
 * | url | |
 * |---|---|
 * | `postgres://user:password@host:5432/shop?schema=app&sslmode=require` | PostgreSQL |
 * | `mysql://…`, `mariadb://…` | MySQL, MariaDB |
 * | `sqlite:shop.sqlite`, `libsql:shop.sqlite`, `file:shop.sqlite`, `sqlite::memory:` | the embedded SQLite |
 * | `pglite:folder`, `pglite:` | the embedded PostgreSQL, in a folder or in memory |
 * | `mongodb://…`, `mongodb+srv://…` | MongoDB |
 *
 * `sslmode` is that of PostgreSQL's own clients: `disable`; `require` and `no-verify` encrypt without checking the
 * certificate; `verify-ca` and `verify-full` check it.
 *
 * @param url user, password and names are percent-encoded (RFC 3986 §2.1)
 * @throws {CorbelError} CORBEL_DATABASE_URL, without the password
 */
export function optionsFromUrl(url: string): DataSourceOptions | EmbeddedOptions {
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'postgres':
    case 'postgresql': {
      const { searchParams } = parsed(url)
      return {
        type: 'postgres',
        ...addressFromUrl(url),
        ...optional('schema', searchParams.get('schema')),
        ...optional('applicationName', searchParams.get('application_name')),
      }
    }
    case 'mysql':
    case 'mariadb': {
      const { ssl, ...address } = addressFromUrl(url)
      return {
        type: scheme,
        ...address,
        ...(ssl !== undefined && { ssl: ssl === true ? {} : ssl }),
      }
    }
    case 'sqlite':
    case 'libsql':
    case 'file':
      return { database: filePath(url, scheme) }
    case 'pglite':
      return pgliteOptions(filePath(url, scheme))
    case 'mongodb':
    case 'mongodb+srv':
      return { type: 'mongodb', url }
    default:
      throw new DatabaseUrlInvalid({ problem: `the scheme "${scheme ?? ''}" is none of a database` })
  }
}

/**
 * Reads the address of a server from a URL.
 *
 * @param url of PostgreSQL, MySQL or MariaDB
 * @throws {CorbelError} CORBEL_DATABASE_URL
 */
export function addressFromUrl(url: string): ServerAddress {
  const { hostname, port, username, password, pathname, searchParams } = parsed(url)
  // a folder of sockets cannot stand where hosts do
  const host = searchParams.get('host') ?? decoded(hostname)
  if (host === '') throw new DatabaseUrlInvalid({ problem: 'it has no host' })
  const ssl = sslOf(searchParams.get('sslmode'))
  return {
    host,
    ...(port !== '' && { port: Number(port) }),
    ...optional('username', decoded(username)),
    ...optional('password', decoded(password)),
    ...optional('database', decoded(pathname.slice(1))),
    ...(ssl !== undefined && { ssl }),
  }
}

function parsed(url: string): URL {
  try {
    return new URL(url)
  } catch {
    // what Node says repeats the URL, with the password
    throw new DatabaseUrlInvalid({
      problem: 'it is no URL; percent-encode what stands in user, password and names',
    })
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new DatabaseUrlInvalid({ problem: 'a percent sign in it stands for nothing; write %25' })
  }
}

function optional<K extends string>(name: K, value: string | null): Partial<Record<K, string>> {
  return value === null || value === '' ? {} : ({ [name]: value } as Record<K, string>)
}

function sslOf(mode: string | null): ServerAddress['ssl'] {
  switch (mode) {
    case null:
    case 'prefer':
    case 'allow':
      return undefined
    case 'disable':
      return false
    case 'require':
    case 'no-verify':
      return { rejectUnauthorized: false }
    case 'verify-ca':
    case 'verify-full':
      return true
    default:
      throw new DatabaseUrlInvalid({ problem: `sslmode "${mode}" is not known` })
  }
}

/** `sqlite:shop.sqlite`, `sqlite://shop.sqlite` and `sqlite:///var/shop.sqlite`. */
function filePath(url: string, scheme: string): string {
  const rest = url.slice(scheme.length + 1).replace(/^\/\//, '')
  return decoded(rest.replace(/\?.*$/, ''))
}
