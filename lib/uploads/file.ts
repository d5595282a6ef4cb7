import type { Readable } from 'node:stream'
import type { HttpRequest } from '../http/index.js'

/** What a part of a multipart body says of its file, before its bytes are read. */
export interface FileInfo {
  /** The name of the form field. */
  readonly fieldname: string
  /** The name that the client gave the file: without folders, and still not to be trusted. */
  readonly originalname: string
  /** The declared transfer encoding; `7bit` by default. */
  readonly encoding: string
  /** The declared media type; nothing has checked it. */
  readonly mimetype: string
}

/** What a storage adds to that: where the bytes are. */
export interface StoredBytes {
  readonly size: number
  /** With memory storage. */
  readonly buffer?: Buffer
  /** With disk storage: the folder. */
  readonly destination?: string
  /** With disk storage: the name in that folder. */
  readonly filename?: string
  /** With disk storage: the whole path. */
  readonly path?: string
}

/** A file of an upload, as handlers get it. */
export interface MultipartFile extends FileInfo, StoredBytes {
  /** Whatever else a storage tells. */
  readonly [own: string]: unknown
}

/** A file on its way in: its bytes can be read once. */
export interface IncomingFile extends FileInfo {
  /** Fails where the file is too large, the body ends early or the client goes away. */
  readonly stream: Readable
}

/** Where files go. Implement it to send them elsewhere while they arrive. */
export interface FileStorage {
  /** True if files are removed when the request has been answered, or given up: what is to stay has to be moved. */
  readonly temporary?: boolean
  /**
   * Takes a file in. Has to clean up after itself if it fails.
   *
   * @param file its stream gives the bytes
   * @param request the fields in front of the file are in `request.body`
   * @returns what becomes part of the file that the handler gets
   */
  store(file: IncomingFile, request: HttpRequest): Promise<StoredBytes & Readonly<Record<string, unknown>>>
  /**
   * Removes a file that was stored before the upload failed.
   *
   * @param file as the handler would have got it
   * @param request the upload
   */
  remove(file: MultipartFile, request: HttpRequest): Promise<void>
}

/** The callback form of a storage: that of Multer's storage engines. */
export interface CallbackStorage {
  _handleFile(
    request: HttpRequest,
    file: IncomingFile,
    callback: (error?: unknown, stored?: Partial<MultipartFile>) => void,
  ): void
  _removeFile(request: HttpRequest, file: MultipartFile, callback: (error?: unknown) => void): void
}

/**
 * Makes a storage of either form.
 *
 * @param storage with methods that return promises, or that call back
 */
export function storageOf(storage: FileStorage | CallbackStorage): FileStorage {
  if ('store' in storage) return storage
  return {
    store: (file, request) =>
      new Promise((resolve, reject) => {
        storage._handleFile(request, file, (error, stored) => {
          if (isSet(error)) reject(error)
          else resolve(stored as StoredBytes & Record<string, unknown>)
        })
      }),
    remove: (file, request) =>
      new Promise((resolve, reject) => {
        storage._removeFile(request, file, (error) => (isSet(error) ? reject(error) : resolve()))
      }),
  }
}

/** Callbacks say "no error" with undefined or null. */
export function isSet(error: unknown): boolean {
  return error !== undefined && error !== null
}
