import { InjectionToken } from '../di/index.js'
import type { HttpRequest } from '../http/index.js'
import { diskStorage } from './disk-storage.js'
import { UploadOptionsInvalid } from './errors.js'
import { storageOf, type CallbackStorage, type FileInfo, type FileStorage } from './file.js'
import { memoryStorage } from './memory-storage.js'

/** What a client may send. Sizes are bytes; `Infinity` lifts a limit. */
export interface UploadLimits {
  /** One file. Default 10 MiB. */
  readonly fileSize?: number
  /** Files of one upload. Default 20. */
  readonly files?: number
  /** Text fields. Default 1000. */
  readonly fields?: number
  /** The value of one text field. Default 1 MiB. */
  readonly fieldSize?: number
  /** All text fields together. Default 1 MiB. */
  readonly textSize?: number
  /** The name of a field. Default 100. */
  readonly fieldNameSize?: number
  /** The name of a file. Default 255. */
  readonly fileNameSize?: number
  /** Files and text fields together. Default: as many as both limits allow. */
  readonly parts?: number
  /** Header fields of one part. Default 100. */
  readonly headerPairs?: number
  /** The header of one part. Default 16 KiB. */
  readonly headerSize?: number
  /** The whole body. Default: as much as the limits of files and text allow, and 1 MiB for what is between them. */
  readonly total?: number
}

/** Takes a file or leaves it out: by calling back, or by returning (a promise of) a boolean. */
export type FileFilter = (
  request: HttpRequest,
  file: FileInfo,
  callback: (error: Error | null, accept?: boolean) => void,
) => boolean | Promise<boolean> | void

/** How an upload is received. */
export interface UploadOptions {
  readonly limits?: UploadLimits
  /** Where files go. Default: into memory. */
  readonly storage?: FileStorage | CallbackStorage
  /** Short for `storage: diskStorage({ destination: dest })`. */
  readonly dest?: string
  /** Asked for each file, before its bytes are read. */
  readonly fileFilter?: FileFilter
  /** Keeps the folders in front of the client's file name. Default false. */
  readonly preservePath?: boolean
}

/** The options of `UploadsModule`, from which the interceptors of the importing module start. */
export const UPLOAD_OPTIONS = new InjectionToken<UploadOptions>('UPLOAD_OPTIONS')

/** Options with every default filled in. */
export interface UploadSettings {
  readonly limits: Required<UploadLimits>
  readonly storage: FileStorage
  readonly fileFilter: FileFilter | undefined
  readonly preservePath: boolean
}

const MEBIBYTE = 1024 * 1024

const DEFAULTS = {
  fileSize: 10 * MEBIBYTE,
  files: 20,
  fields: 1000,
  fieldSize: MEBIBYTE,
  textSize: MEBIBYTE,
  fieldNameSize: 100,
  fileNameSize: 255,
  headerPairs: 100,
  headerSize: 16 * 1024,
}

/**
 * Fills in the defaults.
 *
 * @param shared of the module
 * @param own of the interceptor; they win, limit by limit
 * @throws {CorbelError} CORBEL_UPLOAD_OPTIONS_INVALID
 */
export function uploadSettings(shared: UploadOptions = {}, own: UploadOptions = {}): UploadSettings {
  const limits = { ...DEFAULTS, ...given(shared.limits), ...given(own.limits) }
  const {
    dest,
    storage,
    fileFilter,
    preservePath = false,
  } = { ...shared, ...(own.dest !== undefined && { storage: undefined }), ...own }
  return {
    limits: complete(limits),
    storage:
      storage !== undefined
        ? storageOf(storage)
        : dest === undefined
          ? memoryStorage()
          : diskStorage({ destination: dest }),
    fileFilter,
    preservePath,
  }
}

function given(limits: UploadLimits = {}): UploadLimits {
  for (const [name, value] of Object.entries(limits)) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new UploadOptionsInvalid({
        reason: `limits.${name} is ${String(value)}. Give a number of at least 0.`,
      })
  }
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

function complete(limits: UploadLimits & typeof DEFAULTS): Required<UploadLimits> {
  const parts = limits.parts ?? limits.files + limits.fields
  const files = limits.files === 0 ? 0 : limits.files * limits.fileSize
  return { ...limits, parts, total: limits.total ?? files + limits.textSize + MEBIBYTE }
}
