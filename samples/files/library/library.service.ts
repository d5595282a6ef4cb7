import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Injectable, mediaTypeOf, NotFoundException, type OnModuleDestroy } from 'corbel'
import type { MultipartFile } from 'corbel/uploads'
import type { StoredFile } from './stored-file.js'

/** What has been uploaded. The list is in memory, so the files go with the process. */
@Injectable()
export class Library implements OnModuleDestroy {
  private readonly files = new Map<string, StoredFile & { readonly path: string }>()

  /** @param file that the disk storage has written, under a name of its own choice */
  add({ filename, destination, originalname, size }: MultipartFile): StoredFile {
    const id = filename!
    const name = basename(originalname)
    const file = { id, name, size, kind: kindOf(name), path: join(destination!, id) }
    this.files.set(id, file)
    return seen(file)
  }

  list(): readonly StoredFile[] {
    return [...this.files.values()].map(seen)
  }

  /** @throws {NotFoundException} if there is no such file */
  find(id: string): StoredFile & { readonly path: string } {
    const file = this.files.get(id)
    if (file === undefined) throw new NotFoundException('There is no such file.')
    return file
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.files.values()].map(({ path }) => rm(path, { force: true })))
  }
}

function seen({ id, name, size, kind }: StoredFile): StoredFile {
  return { id, name, size, kind }
}

/** SVG is a document with scripts: it is not shown as a picture of ours. */
function kindOf(name: string): StoredFile['kind'] {
  const [kind = '', subtype] = (mediaTypeOf(name) ?? '').split('/')
  if (kind === 'video' || kind === 'audio') return kind
  return kind === 'image' && subtype !== 'svg+xml' ? 'image' : 'none'
}
