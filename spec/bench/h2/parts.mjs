// What all servers of this folder have in common: how they are started, and what a download consists of.
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'

/** Bytes of a download. */
export const DOWNLOAD = 100_000_000

const [keyFile, certFile] = process.argv.slice(2)

/** Key and certificate, if TLS is to be spoken. */
export const tls =
  keyFile === undefined ? undefined : { key: readFileSync(keyFile), cert: readFileSync(certFile) }

/** 100 MB, as fast as the reader takes them. */
export function download() {
  return Readable.from(parts(), { objectMode: false, highWaterMark: 256 * 1024 })
}

function* parts() {
  const part = Buffer.alloc(64_000, 'x')
  for (let left = DOWNLOAD; left > 0; left -= part.length)
    yield left < part.length ? part.subarray(0, left) : part
}
