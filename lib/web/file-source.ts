import { constants, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { ByteRange } from '../http/index.js'

/** What is read at once; more would only lie in memory. */
const CHUNK = 64 * 1024

const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EISDIR', 'ERR_INVALID_ARG_VALUE'])

/** A file that is open: what is told about it and what is sent of it are of the same file, whatever becomes of its name. */
export class FileSource {
  private constructor(
    private readonly handle: FileHandle,
    readonly stats: Stats,
  ) {}

  /**
   * Opens a file; pipes, devices and folders are none.
   *
   * @param path of the file
   * @returns undefined if there is no such file
   * @throws what the system says, if it is there and cannot be opened
   */
  static async open(path: string): Promise<FileSource | undefined> {
    let handle: FileHandle | undefined
    try {
      // a pipe that nobody writes to would block a thread for ever
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
      const stats = await handle.stat()
      if (stats.isFile()) return new FileSource(handle, stats)
      await handle.close()
      return undefined
    } catch (error) {
      await handle?.close()
      if (NOT_THERE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
      throw error
    }
  }

  /** Bytes, when it was opened. */
  get size(): number {
    return this.stats.size
  }

  /** Reads a part, chunk by chunk as it is asked for; ends early if the file has become shorter. */
  async *read({ start, end }: ByteRange): AsyncGenerator<Uint8Array, void> {
    for (let at = start; at <= end;) {
      // one of its own each time: the engine may still hold the last one
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - at + 1))
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) return
      yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  }

  /** To be called once, in any case. */
  close(): Promise<void> {
    return this.handle.close()
  }
}

/**
 * The entity tag of a file.
 *
 * @param stats its size and the time of its last change
 * @param isStrong true if a file of this name is replaced rather than written to: then the two tell of every byte
 */
export function fileTag({ size, mtime }: Stats, isStrong: boolean): string {
  const tag = `"${size.toString(16)}-${mtime.getTime().toString(16)}"`
  return isStrong ? tag : `W/${tag}`
}

/** `Last-Modified` of a file: never later than now (RFC 9110 §8.8.2.1). */
export function fileDate({ mtime }: Stats): string {
  return (mtime.getTime() > Date.now() ? new Date() : mtime).toUTCString()
}
