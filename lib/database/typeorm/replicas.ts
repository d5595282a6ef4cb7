import type { DataSourceOptions } from 'typeorm'
import { addressFromUrl, type ServerAddress } from './connection-url.js'
import { ReplicasUnsupported } from './errors.js'

const WITH_REPLICAS: ReadonlySet<string> = new Set(['postgres', 'mysql', 'mariadb'])

/**
 * Adds read replicas to a server.
 *
 * @param options of the server, by its members or its URL
 * @param dataSource the name, for messages
 * @param urls of the replicas; what is left out in them is as on the server
 * @throws {CorbelError} CORBEL_REPLICAS_UNSUPPORTED
 */
export function withReplicas(
  options: DataSourceOptions,
  dataSource: string,
  urls: readonly string[] = [],
): DataSourceOptions {
  if (urls.length === 0) return options
  if (!WITH_REPLICAS.has(options.type)) throw new ReplicasUnsupported({ dataSource, database: options.type })
  const { url, host, port, username, password, database, ssl } = options as ServerAddress & { url?: string }
  const given = { host, port, username, password, database, ssl }
  const master = url === undefined ? given : { ...given, ...addressFromUrl(url) }
  const slaves = urls.map((one) => ({ ...master, port: undefined, ...addressFromUrl(one) }))
  return Object.assign({}, options, { url: undefined, replication: { master, slaves } })
}

/**
 * Whether a data source reads from replicas.
 *
 * @param options complete
 */
export function hasReplicas(options: DataSourceOptions): boolean {
  const { replication } = options as { replication?: { slaves?: readonly unknown[] } }
  return (replication?.slaves?.length ?? 0) > 0
}
