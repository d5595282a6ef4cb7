import { SocketNotPassed } from './errors.js'

/** The first descriptor that is handed over, by definition (SD_LISTEN_FDS_START). */
const FIRST = 3

/** What systemd says by environment variables. */
export type PassedSocketsEnvironment = Readonly<
  Record<'LISTEN_FDS' | 'LISTEN_PID' | 'LISTEN_FDNAMES', string | undefined>
>

/**
 * The listening sockets that the process was started with (socket activation, sd_listen_fds(3)).
 *
 * @param wanted `systemd` for all of them, `systemd:name` for those of that name
 * @param environment LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES
 * @param pid this process: what was meant for another one is left alone
 * @returns their descriptors, at least one
 * @throws {CorbelError} CORBEL_LISTEN_NO_PASSED_SOCKET
 */
export function passedSockets(
  wanted: string,
  environment: PassedSocketsEnvironment,
  pid: number,
): readonly number[] {
  const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES } = environment
  if (LISTEN_FDS === undefined || !/^[1-9]\d{0,3}$/.test(LISTEN_FDS)) {
    throw new SocketNotPassed({ wanted, reason: `LISTEN_FDS is ${LISTEN_FDS ?? 'not set'}` })
  }
  // systemd always sets it; without it the descriptors could be anyone's
  if (LISTEN_PID !== String(pid)) {
    throw new SocketNotPassed({ wanted, reason: `LISTEN_PID is ${LISTEN_PID ?? 'not set'}, not ${pid}` })
  }
  const all = Array.from({ length: Number(LISTEN_FDS) }, (_, i) => FIRST + i)
  if (wanted === 'systemd') return all
  const names = LISTEN_FDNAMES?.split(':') ?? []
  const found = all.filter((_, i) => `systemd:${names[i] ?? ''}` === wanted)
  if (found.length === 0) {
    throw new SocketNotPassed({ wanted, reason: `LISTEN_FDNAMES is ${LISTEN_FDNAMES ?? 'not set'}` })
  }
  return found
}
