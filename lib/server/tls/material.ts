import { createHash, type Hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { TlsFileUnreadable } from './errors.js'
import type { TlsMaterial } from './options.js'

/** Reads what TLS options name, and remembers which files that took and whether anything is new. */
export class MaterialReader {
  /** Absolute or relative to the working directory, as given. */
  readonly files = new Set<string>()
  private readonly hash: Hash = createHash('sha256')

  /**
   * Reads one option.
   *
   * @param option its name, for the error
   * @throws {CorbelError} CORBEL_TLS_FILE
   */
  async read(option: string, value: TlsMaterial): Promise<string | Buffer> {
    const content = await this.contentOf(option, value)
    // with the length, so that what moves from one file to the next is a change
    this.hash.update(`${content.length} `).update(content)
    return content
  }

  /** Reads an option of one value, several or none. */
  async readAll(
    option: string,
    values: TlsMaterial | readonly TlsMaterial[] | undefined,
  ): Promise<(string | Buffer)[] | undefined> {
    if (values === undefined) return undefined
    const contents: (string | Buffer)[] = []
    for (const value of isList(values) ? values : [values]) contents.push(await this.read(option, value))
    return contents
  }

  /** The same for the same contents. To be asked for once, in the end. */
  digest(): string {
    return this.hash.digest('base64')
  }

  private async contentOf(option: string, value: TlsMaterial): Promise<string | Buffer> {
    if (value instanceof Uint8Array) return Buffer.from(value)
    if (typeof value === 'string' && value.includes('-----BEGIN')) return value
    const path = typeof value === 'string' ? value : fileURLToPath(value)
    try {
      const content = await readFile(path)
      this.files.add(path)
      return content
    } catch (cause) {
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
      throw new TlsFileUnreadable({ option, path, reason }, { cause })
    }
  }
}

function isList(value: TlsMaterial | readonly TlsMaterial[]): value is readonly TlsMaterial[] {
  return Array.isArray(value)
}
