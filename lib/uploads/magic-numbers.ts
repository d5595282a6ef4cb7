import { open } from 'node:fs/promises'
import type { StoredBytes } from './file.js'

/** A type and how its files begin: bytes in hexadecimal (`..` for any byte), at an offset. */
type Signature = readonly [type: string, bytes: string, offset?: number]

/** Longest first where one begins like another. */
const SIGNATURES: readonly Signature[] = [
  ['image/png', '89504e470d0a1a0a'],
  ['image/jpeg', 'ffd8ff'],
  ['image/gif', '474946383761'],
  ['image/gif', '474946383961'],
  ['image/webp', '52494646........57454250'],
  ['image/bmp', '424d'],
  ['image/tiff', '49492a00'],
  ['image/tiff', '4d4d002a'],
  ['image/x-icon', '00000100'],
  ['image/vnd.adobe.photoshop', '38425053'],
  ['image/avif', '6674797061766966', 4],
  ['image/heic', '6674797068656963', 4],
  ['image/heic', '6674797068656978', 4],
  ['image/heif', '667479706d696631', 4],
  ['video/quicktime', '6674797071742020', 4],
  ['audio/x-m4a', '667479704d344120', 4],
  ['video/x-m4v', '667479704d345620', 4],
  ['video/3gpp', '66747970336770', 4],
  ['video/mp4', '66747970', 4],
  ['video/vnd.avi', '52494646........41564920'],
  ['audio/wav', '52494646........57415645'],
  ['audio/mpeg', '494433'],
  ['audio/mpeg', 'fffb'],
  ['audio/mpeg', 'fff3'],
  ['audio/mpeg', 'fff2'],
  ['audio/ogg', '4f676753'],
  ['audio/x-flac', '664c6143'],
  ['audio/midi', '4d546864'],
  ['application/pdf', '255044462d'],
  ['application/rtf', '7b5c727466'],
  ['application/postscript', '25215053'],
  ['application/gzip', '1f8b08'],
  ['application/x-bzip2', '425a68'],
  ['application/x-xz', 'fd377a585a00'],
  ['application/zstd', '28b52ffd'],
  ['application/x-7z-compressed', '377abcaf271c'],
  ['application/x-rar-compressed', '526172211a07'],
  ['application/x-tar', '7573746172', 257],
  ['application/x-sqlite3', '53514c69746520666f726d6174203300'],
  ['application/x-cfb', 'd0cf11e0a1b11ae1'],
  ['application/x-elf', '7f454c46'],
  ['application/x-msdownload', '4d5a'],
  ['application/wasm', '0061736d'],
  ['application/java-vm', 'cafebabe'],
  ['application/xml', '3c3f786d6c20'],
  ['font/woff', '774f4646'],
  ['font/woff2', '774f4632'],
  ['font/otf', '4f54544f00'],
  ['font/ttf', '0001000000'],
]

const ZIP = '504b0304'
const MATROSKA = '1a45dfa3'
const OFFICE = 'application/vnd.openxmlformats-officedocument.'

/** How many bytes of a file are looked at: the names of the first entries of an office document are among them. */
const SAMPLE = 4100

/**
 * Tells the type of a file by how it begins.
 *
 * @param file in memory, or on disk
 * @returns undefined where the bytes tell nothing, as with text, or are somewhere else
 */
export async function detectType({ buffer, path }: StoredBytes): Promise<string | undefined> {
  if (buffer !== undefined) return typeOf(buffer.subarray(0, SAMPLE))
  return path === undefined ? undefined : typeOf(await beginningOf(path))
}

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function typeOf(bytes: Buffer): string | undefined {
  const hex = bytes.toString('hex', 0, 300)
  if (hex.startsWith(ZIP)) return zipType(bytes.toString('latin1'))
  if (hex.startsWith(MATROSKA))
    return bytes.subarray(0, 64).includes('webm') ? 'video/webm' : 'video/x-matroska'
  return SIGNATURES.find(([, signature, offset = 0]) => begins(hex, signature, offset * 2))?.[0]
}

function begins(hex: string, signature: string, offset: number): boolean {
  for (let i = 0; i < signature.length; i++) {
    if (signature[i] !== '.' && signature[i] !== hex[offset + i]) return false
  }
  return true
}

/** Documents that are archives tell by the names of their first entries. */
function zipType(text: string): string {
  const declared = /^.{30}mimetype(application\/[\w.+-]+?)PK/s.exec(text)?.[1]
  if (declared !== undefined) return declared
  if (text.includes('[Content_Types].xml') || text.includes('_rels/.rels')) {
    if (text.includes('word/')) return `${OFFICE}wordprocessingml.document`
    if (text.includes('xl/')) return `${OFFICE}spreadsheetml.sheet`
    if (text.includes('ppt/')) return `${OFFICE}presentationml.presentation`
  }
  return text.includes('META-INF/MANIFEST.MF') ? 'application/java-archive' : 'application/zip'
}
