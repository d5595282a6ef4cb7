import { lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'

/** The room for a path in `sockaddr_un` without its final NUL: Node cuts longer ones off without a word. */
export const MAX_SOCKET_PATH = process.platform === 'linux' ? 107 : 103

/** Linux's abstract sockets and Windows' pipes: they are no files, and end with their process. */
export function isFile(path: string): boolean {
  return !path.startsWith('\0') && !path.startsWith('\\\\')
}

/**
 * Removes the socket file of a process that is gone.
 *
 * @param path where a server could not listen because something is there
 * @returns false if it is no socket, or somebody still listens on it: then it stays
 */
export async function removeStaleSocket(path: string): Promise<boolean> {
  if (!isFile(path)) return false
  const before = await lstat(path).catch(() => undefined)
  if (before === undefined) return true
  if (!before.isSocket() || !(await isAbandoned(path))) return false
  // another process may have come first and listen there by now
  const now = await lstat(path).catch(() => undefined)
  if (now?.ino !== before.ino || now.ctimeMs !== before.ctimeMs) return false
  await unlink(path)
  return true
}

function isAbandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    const tell = (abandoned: boolean): void => {
      probe.destroy()
      resolve(abandoned)
    }
    probe.once('connect', () => tell(false))
    probe.once('error', (error: NodeJS.ErrnoException) => tell(error.code === 'ECONNREFUSED'))
  })
}
