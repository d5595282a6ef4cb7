import { realpath } from 'node:fs/promises'
import { isAbsolute, join, resolve, sep } from 'node:path'
import {
  fileTypeOf,
  readParts,
  selectParts,
  type Exchange,
  type HttpResponse,
  type Selection,
} from '../http/index.js'
import { HttpException, NotFoundException } from '../pipeline/index.js'
import { durationMs } from './duration.js'
import { fileDate, FileSource, fileTag } from './file-source.js'

/** Options of `response.sendFile` and `response.download`. */
export interface SendFileOptions {
  /** The folder that a relative path starts from, and that no path leaves. Default: the working directory. */
  readonly root?: string
  readonly headers?: Readonly<Record<string, string>>
  /** How long caches may keep it: milliseconds, or text such as `'1d'`. Default 0: they ask each time. */
  readonly maxAge?: number | string
  /** Whether `Cache-Control` is sent. Default true. */
  readonly cacheControl?: boolean
  /** Tells caches that it never changes, for as long as `maxAge`. Default false. */
  readonly immutable?: boolean
  /** Whether `Last-Modified` is sent. Default true. */
  readonly lastModified?: boolean
  /**
   * Whether `ETag` is sent. Default true: a weak one of size and time. `'strong'` says that files are replaced and never
   * written to, so that parts may be asked for by it (`If-Range`); those that are `immutable` have strong ones anyway.
   */
  readonly etag?: boolean | 'strong'
  /** Whether parts may be asked for. Default true. */
  readonly acceptRanges?: boolean
  /** What happens to names that begin with a dot, below `root`: 404 (the default), 403, or they are sent. */
  readonly dotfiles?: 'ignore' | 'deny' | 'allow'
  /** True: links below `root` may lead out of it. Default false: such a file is not there. */
  readonly followSymlinks?: boolean
}

/** A file, or parts of it, ready to be sent. */
export interface OpenFile {
  readonly selection: Selection
  /** Undefined if there is nothing to send (304, HEAD, no bytes). */
  readonly chunks: AsyncIterable<Uint8Array> | undefined
  /** To be called in any case. */
  close(): Promise<void>
}

/**
 * Finds a file, sets the headers that tell about it unless they are set already, and answers what the request makes
 * conditional: parts of it, and whether it has changed.
 *
 * @param exchange whose request asks for it
 * @param response whose headers are set
 * @param path absolute, or relative to `root`
 * @param options see `SendFileOptions`
 * @throws {NotFoundException} if there is no such file; {HttpException} 403 if the path leaves `root`
 * @throws {CorbelError} CORBEL_PRECONDITION_FAILED (412); CORBEL_RANGE_NOT_SATISFIABLE (416)
 * @throws errors of the system if it cannot be opened
 * @see RFC 9110 §13 (conditions), §14 (ranges)
 */
export async function openFile(
  exchange: Exchange,
  response: HttpResponse,
  path: string,
  options: SendFileOptions = {},
): Promise<OpenFile> {
  const file = await behindLinks(locate(path, options), options)
  const source = file === undefined ? undefined : await FileSource.open(file)
  if (source === undefined) throw new NotFoundException('There is no such file.')
  try {
    describe(response, path, source, options)
    const { acceptRanges } = options
    const whole = {
      size: source.size,
      status: response.statusCode,
      ...(acceptRanges === false && { acceptRanges }),
    }
    const selection = selectParts(exchange, response.headers, whole)
    const isSilent = exchange.method === 'HEAD' || selection.length === 0
    // of a file that grows meanwhile, what has come since its size was told is not sent
    const { ranges = [{ start: 0, end: source.size - 1 }] } = selection
    const chunks = isSilent ? undefined : readParts({ ...selection, ranges }, (range) => source.read(range))
    return { selection, chunks, close: () => source.close() }
  } catch (error) {
    await source.close()
    // they were about the file, not about the error
    for (const name of ['cache-control', 'last-modified']) response.removeHeader(name)
    throw error
  }
}

function describe(
  response: HttpResponse,
  path: string,
  { stats }: FileSource,
  options: SendFileOptions,
): void {
  const set = (name: string, value: string): void => {
    if (!response.hasHeader(name)) response.setHeader(name, value)
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value)
  set('content-type', fileTypeOf(path) ?? 'application/octet-stream')
  if (options.lastModified !== false) set('last-modified', fileDate(stats))
  const { etag = true, immutable = false } = options
  if (etag !== false) set('etag', fileTag(stats, etag === 'strong' || immutable))
  if (options.acceptRanges !== false) set('accept-ranges', 'bytes')
  if (options.cacheControl === false) return
  const seconds = Math.floor(durationMs(options.maxAge ?? 0) / 1000)
  set('cache-control', `public, max-age=${seconds}${immutable ? ', immutable' : ''}`)
}

function locate(path: string, { root, dotfiles = 'ignore' }: SendFileOptions): string {
  if (path.includes('\0')) throw new HttpException('Forbidden', 403)
  if (/[/\\]$/.test(path)) throw new NotFoundException('There is no such file.')
  if (root === undefined) return resolve(path)
  const folder = resolve(root)
  const file = resolve(folder, isAbsolute(path) ? `.${path}` : path)
  if (file !== folder && !file.startsWith(join(folder, sep))) throw new HttpException('Forbidden', 403)
  const hidden = file
    .slice(folder.length)
    .split(sep)
    .some((name) => name.startsWith('.'))
  if (hidden && dotfiles === 'deny') throw new HttpException('Forbidden', 403)
  if (hidden && dotfiles === 'ignore') throw new NotFoundException('There is no such file.')
  return file
}

/** @returns where a file below `root` is; undefined if it is not there, or a link leads out of the folder */
async function behindLinks(file: string, options: SendFileOptions): Promise<string | undefined> {
  const { root, followSymlinks = false } = options
  if (root === undefined || followSymlinks) return file
  const paths = await Promise.all([realpath(root), realpath(file)]).catch(() => undefined)
  if (paths === undefined) return undefined
  const [folder, target] = paths
  return target.startsWith(join(folder, sep)) ? target : undefined
}
