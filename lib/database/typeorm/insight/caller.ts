import { fileURLToPath } from 'node:url'

/** Deep enough for what lies between a handler and the driver. */
const FRAMES = 100
// this folder's parent of parents, as source or built: what is in it is not the application
const OWN = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Finds the line of the application that has caused what is going on: the nearest frame, also across `await`, that is
 * neither of Node nor of a package.
 *
 * @returns `file:line:column`, relative to the working directory where it is below that; undefined if there is none
 */
export function callerInApplication(): string | undefined {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = FRAMES
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  for (const line of stack.split('\n').slice(1)) {
    const place = /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()]*:\d+:\d+|[A-Z]:\\[^()]*:\d+:\d+)\)?$/.exec(
      line,
    )?.[1]
    if (place === undefined || place.includes('node_modules')) continue
    const path = place.startsWith('file:') ? filePath(place) : place
    if (path.startsWith(OWN)) continue
    return path.startsWith(`${process.cwd()}/`) ? path.slice(process.cwd().length + 1) : path
  }
  return undefined
}

function filePath(place: string): string {
  const [, url, position] = /^(.*?)((?::\d+)+)$/.exec(place)!
  return fileURLToPath(url!) + position!
}
