import { watch, type FSWatcher } from 'node:fs'
import { dirname } from 'node:path'

/** ms of silence after which a change is taken for complete: key and certificate are seldom written at once. */
const SETTLE = 200

/** What `watchFiles` returns. */
export interface FileWatch {
  close(): void
}

/**
 * Tells when files may have changed. Their folders are watched, since files are replaced by renaming, and links by others.
 *
 * @param files paths
 * @param changed called once for changes that come together; also for other files in the same folders
 */
export function watchFiles(files: Iterable<string>, changed: () => void): FileWatch {
  const folders = new Set([...files].map((file) => dirname(file)))
  let timer: NodeJS.Timeout | undefined
  const note = (): void => {
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE)
    timer.unref()
  }
  const watches: FSWatcher[] = [...folders].map((folder) => {
    const watcher = watch(folder, { persistent: false }, note)
    watcher.on('error', () => watcher.close()) // the folder is gone: what was read stays in force
    return watcher
  })
  return {
    close() {
      clearTimeout(timer)
      for (const watcher of watches) watcher.close()
    },
  }
}
