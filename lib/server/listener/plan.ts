import type { ListenerOptions, ListenOptions } from '../engine.js'
import { TrustedPeers, type ProxyProtocolOptions } from '../proxy/index.js'
import type { TlsOptions } from '../tls/options.js'
import type { Place } from './bind.js'
import { ListenOptionsInvalid } from './errors.js'
import { passedSockets, type PassedSocketsEnvironment } from './systemd.js'
import { isFile, MAX_SOCKET_PATH } from './unix-socket.js'

/** One listener, with everything decided. */
export interface ListenerPlan {
  /** The host `localhost` stands for both loopback addresses. */
  readonly place: Place
  readonly backlog: number | undefined
  readonly tls: TlsOptions | undefined
  readonly proxy: ProxyPlan | undefined
}

/** Who may introduce clients, and how. */
export interface ProxyPlan {
  readonly from: TrustedPeers
  readonly required: boolean
  readonly headerTimeout: number
}

/**
 * Checks the options of `listen` and completes them.
 *
 * @param options as given
 * @param tls for listeners that do not say
 * @param environment and `pid`: for sockets handed over by systemd
 * @throws {CorbelError} CORBEL_LISTEN_OPTIONS, CORBEL_LISTEN_NO_PASSED_SOCKET
 */
export function planListeners(
  options: ListenOptions,
  tls: TlsOptions | undefined,
  environment: PassedSocketsEnvironment = environmentOf(process.env),
  pid: number = process.pid,
): readonly ListenerPlan[] {
  const { listeners, ...single } = options
  if (listeners === undefined) return planListener(single, tls, environment, pid)
  const also = Object.entries(single).find(([, value]) => value !== undefined)
  if (also !== undefined)
    throw invalid(`with listeners, ${also[0]} has to be said in each of them, not beside them`)
  if (listeners.length === 0) throw invalid('listeners is empty; give at least one')
  return listeners.flatMap((listener) => planListener(listener, tls, environment, pid))
}

function planListener(
  options: ListenerOptions,
  defaultTls: TlsOptions | undefined,
  environment: PassedSocketsEnvironment,
  pid: number,
): ListenerPlan[] {
  const { backlog, tls = defaultTls, proxyProtocol } = options
  if (backlog !== undefined && !(Number.isInteger(backlog) && backlog > 0))
    throw invalid(`backlog is ${backlog}; give a whole number of at least 1`)
  const common = {
    backlog,
    tls: tls === false ? undefined : tls,
    proxy: proxyProtocol && planProxy(proxyProtocol),
  }
  return placesOf(options, environment, pid).map((place) => ({ ...common, place }))
}

function placesOf(
  { port, host, path, mode, fd }: ListenerOptions,
  environment: PassedSocketsEnvironment,
  pid: number,
): Place[] {
  const given = Object.entries({ path, fd, port }).filter(([, value]) => value !== undefined)
  if (given.length > 1) throw invalid(`${given.map(([name]) => name).join(' and ')} exclude each other`)
  if (mode !== undefined && (path === undefined || !isFile(path)))
    throw invalid('mode is for the path of a Unix socket only')
  if (host !== undefined && port === undefined && given.length > 0)
    throw invalid(`host is for ports only, not for ${given[0]![0]}`)
  if (path !== undefined) return [{ path: checkedPath(path), mode: checkedMode(mode) }]
  if (typeof fd === 'string') return passedSockets(fd, environment, pid).map((one) => ({ fd: one }))
  if (fd !== undefined) {
    if (!Number.isInteger(fd) || fd < 0) throw invalid(`fd is ${fd}; give the number of an open descriptor`)
    return [{ fd }]
  }
  return [portPlace(port ?? 0, host)]
}

function portPlace(port: number, host: string | undefined): Place {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw invalid(`port is ${port}; give a whole number from 0 to 65535`)
  // whatever a hosts file says, localhost is the loopback interface (RFC 6761 §6.3)
  return { port, host: host?.toLowerCase() === 'localhost' ? 'localhost' : host }
}

function checkedPath(path: string): string {
  if (path === '') throw invalid('path is empty')
  if (!path.startsWith('\\\\') && Buffer.byteLength(path) > MAX_SOCKET_PATH)
    throw invalid(`path is longer than the ${MAX_SOCKET_PATH} bytes that a Unix socket may have: ${path}`)
  return path
}

function checkedMode(mode: number | undefined): number | undefined {
  if (mode !== undefined && !(Number.isInteger(mode) && mode >= 0 && mode <= 0o777))
    throw invalid(`mode is ${mode}; give permissions such as 0o660`)
  return mode
}

function planProxy({ from, required = true, headerTimeout = 5_000 }: ProxyProtocolOptions): ProxyPlan {
  if (from.length === 0) throw invalid('proxyProtocol.from is empty; list the addresses of your proxies')
  if (!(Number.isInteger(headerTimeout) && headerTimeout > 0))
    throw invalid(`proxyProtocol.headerTimeout is ${headerTimeout}; give milliseconds`)
  const peers = new TrustedPeers()
  for (const entry of from) {
    if (!peers.add(entry))
      throw invalid(`proxyProtocol.from has "${entry}"; give addresses, ranges (10.0.0.0/8) or 'unix'`)
  }
  return { from: peers, required, headerTimeout }
}

function environmentOf(env: NodeJS.ProcessEnv): PassedSocketsEnvironment {
  return {
    LISTEN_FDS: env['LISTEN_FDS'],
    LISTEN_PID: env['LISTEN_PID'],
    LISTEN_FDNAMES: env['LISTEN_FDNAMES'],
  }
}

function invalid(reason: string): Error {
  return new ListenOptionsInvalid({ reason })
}
