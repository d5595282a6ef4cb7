import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, isAbsolute, resolve, sep } from 'node:path'
import type { HttpResponse } from '../http/index.js'
import { HttpException, NotFoundException } from '../pipeline/index.js'

/** Options of `response.sendFile`. */
export interface SendFileOptions {
  /** The folder that a relative path starts from, and that no path leaves. Default: the working directory. */
  readonly root?: string
  readonly headers?: Readonly<Record<string, string>>
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.gif': 'image/gif',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
  '.zip': 'application/zip',
}

/** An open file, ready to be sent. */
export interface OpenFile {
  readonly length: number
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * Finds a file and sets the headers that tell about it, unless they are set already.
 *
 * @param response whose headers are set
 * @param path absolute, or relative to `root`
 * @param options root folder and headers
 * @throws {NotFoundException} if there is no such file; {HttpException} 403 if the path leaves `root`
 */
export async function openFile(
  response: HttpResponse,
  path: string,
  options: SendFileOptions = {},
): Promise<OpenFile> {
  const file = locate(path, options.root)
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() !== true) throw new NotFoundException('There is no such file.')
  for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value)
  const type = TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream'
  if (!response.hasHeader('content-type')) response.setHeader('content-type', type)
  if (!response.hasHeader('last-modified')) response.setHeader('last-modified', found.mtime.toUTCString())
  return { length: found.size, chunks: createReadStream(file) }
}

function locate(path: string, root: string | undefined): string {
  if (path.includes('\0')) throw new HttpException('Forbidden', 403)
  if (root === undefined) return resolve(path)
  const folder = resolve(root)
  const file = resolve(folder, isAbsolute(path) ? `.${path}` : path)
  if (file !== folder && !file.startsWith(folder + sep)) throw new HttpException('Forbidden', 403)
  return file
}
