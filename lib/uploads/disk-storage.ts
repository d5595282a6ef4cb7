import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { HttpRequest } from '../http/index.js'
import { FileNameEscapes } from './errors.js'
import { isSet, type FileInfo, type FileStorage } from './file.js'

type Answer = (error: Error | null, value: string) => void

/** Chooses a name by calling back, or by returning it. */
export type NameChooser = (
  request: HttpRequest,
  file: FileInfo,
  callback: Answer,
) => string | Promise<string> | void

/** Where files go on disk. */
export interface DiskStorageOptions {
  /** The folder: a path, which is made at once, or a function, whose folders must exist. Default: the system's temporary folder. */
  readonly destination?: string | NameChooser
  /** The name in that folder. Default: 32 random hexadecimal digits, without extension. */
  readonly filename?: NameChooser
  /** Removes files when the request has been answered: what is to stay has to be moved or copied before. Default false. */
  readonly temporary?: boolean
}

/**
 * Writes files to disk while they arrive. Files of an upload that fails are removed again; what becomes of the others is
 * the application's business, unless they are `temporary`.
 *
 * @param options folder and names
 * @throws {CorbelError} CORBEL_UPLOAD_FILE_NAME if a chosen name leads out of the folder
 */
export function diskStorage({
  destination = tmpdir(),
  filename,
  temporary = false,
}: DiskStorageOptions = {}): FileStorage {
  if (typeof destination === 'string') mkdirSync(destination, { recursive: true })
  return {
    temporary,
    async store({ stream, ...info }, request) {
      const folder = typeof destination === 'string' ? destination : await choose(destination, request, info)
      const name = filename === undefined ? randomName() : await choose(filename, request, info)
      const path = pathIn(folder, name)
      // opened first: a file that is still being opened could not be removed when the client goes away
      const output = (await open(path, 'w')).createWriteStream()
      try {
        await pipeline(stream, output)
      } catch (error) {
        await rm(path, { force: true })
        throw error
      }
      return { destination: folder, filename: name, path, size: output.bytesWritten }
    },
    remove: ({ path }) => rm(path!, { force: true }),
  }
}

function randomName(): string {
  return randomBytes(16).toString('hex')
}

/** A name that was made of the client's must not choose the folder. */
function pathIn(folder: string, name: string): string {
  const way = relative(resolve(folder), resolve(folder, name))
  if (way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) || name.includes('\0'))
    throw new FileNameEscapes({ name, folder })
  return join(folder, name)
}

function choose(chooser: NameChooser, request: HttpRequest, file: FileInfo): Promise<string> {
  return new Promise((fulfil, reject) => {
    const returned = chooser(request, file, (error, value) => (isSet(error) ? reject(error!) : fulfil(value)))
    if (typeof returned === 'string') fulfil(returned)
    else if (returned !== undefined) returned.then(fulfil, reject)
  })
}
