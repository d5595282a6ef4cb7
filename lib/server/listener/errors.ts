import { defineError } from '../../common/index.js'

/** Someone else listens there. */
export const ListenAddressInUse = defineError<{ address: string }>(
  'CORBEL_LISTEN_ADDRESS_IN_USE',
  '{address} is in use. Stop the other process, or choose another port (0 for any free one).',
)

/** The system does not let this process listen there. */
export const ListenDenied = defineError<{ address: string }>(
  'CORBEL_LISTEN_DENIED',
  'This process may not listen on {address}. Ports below 1024 often need a privilege; choose a higher one.',
)

/** Another reason why listening failed. */
export const ListenFailed = defineError<{ address: string; reason: string }>(
  'CORBEL_LISTEN_FAILED',
  'Listening on {address} failed: {reason}.',
)

/** Options of `listen` that contradict each other or say nothing sensible. */
export const ListenOptionsInvalid = defineError<{ reason: string }>(
  'CORBEL_LISTEN_OPTIONS',
  'The options of listen() cannot be used: {reason}.',
)

/** `fd: 'systemd'` in a process that systemd has not handed such a socket. */
export const SocketNotPassed = defineError<{ wanted: string; reason: string }>(
  'CORBEL_LISTEN_NO_PASSED_SOCKET',
  'No socket was handed over for {wanted}: {reason}. Start the process by its socket unit (LISTEN_FDS, sd_listen_fds(3)), or give a port.',
)
