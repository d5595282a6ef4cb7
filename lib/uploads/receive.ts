import { isPromise } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import { refusal, UnexpectedFile } from './errors.js'
import { addField, createFields } from './fields.js'
import type { Part } from './inbox.js'
import { isSet, type FileInfo, type MultipartFile } from './file.js'
import type { UploadSettings } from './options.js'
import { multipartBody } from './body.js'
import { boundaryOf } from './part-head.js'
import { PartReader } from './part-reader.js'
import { partsOf } from './parts.js'

/** Takes one file of a field; throws where there is no room for it. */
export type FileAdmission = (field: string) => void

/** What an upload has brought. */
export interface ReceivedUpload {
  readonly files: readonly MultipartFile[]
}

/**
 * Receives a multipart body: files go to the storage while they arrive, text fields into `request.body`. If anything is
 * wrong, the files that were stored before are removed again.
 *
 * @param request whose body has not been read
 * @param settings limits, storage, filter
 * @param admit decides by its field whether a file may come
 * @returns undefined for requests of another content type, and without a body
 * @throws {HttpException} 400 and 413
 */
export async function receiveUpload(
  request: HttpRequest,
  settings: UploadSettings,
  admit: FileAdmission,
): Promise<ReceivedUpload | undefined> {
  const chunks = multipartBody(request)
  if (chunks === undefined) return undefined
  const type = request.get('content-type') ?? ''
  const upload = new Upload(request, settings, admit)
  try {
    for await (const part of partsOf(chunks, boundaryOf(type), settings.limits)) await upload.take(part)
  } catch (error) {
    await upload.remove()
    throw error
  }
  if (settings.storage.temporary === true) request.exchange.sink.onClose(() => void upload.remove())
  return upload
}

/** One upload on its way in. */
class Upload implements ReceivedUpload {
  readonly files: MultipartFile[] = []
  private readonly fields = createFields()
  private readonly reader: PartReader

  constructor(
    private readonly request: HttpRequest,
    private readonly settings: UploadSettings,
    private readonly admit: FileAdmission,
  ) {
    request.body = this.fields
    this.reader = new PartReader(settings)
  }

  async take(part: Part): Promise<void> {
    const { name, filename } = part.head
    if (filename === undefined) addField(this.fields, name, await this.reader.text(part))
    else {
      const info = this.reader.file(part)
      if (info !== undefined) await this.takeFile(part, info)
    }
  }

  /** Removes what was stored; what cannot be removed must not hide why. */
  async remove(): Promise<void> {
    const { storage } = this.settings
    await Promise.allSettled(this.files.map((file) => storage.remove(file, this.request)))
  }

  private async takeFile(part: Part, info: FileInfo): Promise<void> {
    this.admit(info.fieldname)
    if (!(await this.accepts(info))) return
    const { stream, assertWhole } = this.reader.open(part)
    try {
      const stored = await this.settings.storage.store({ ...info, stream }, this.request)
      this.files.push({ ...info, ...stored })
    } finally {
      stream.destroy()
    }
    // a storage that takes what it got for the whole file must not have the last word
    assertWhole()
  }

  private accepts(file: FileInfo): Promise<boolean> {
    const { fileFilter } = this.settings
    if (fileFilter === undefined) return Promise.resolve(true)
    return new Promise((resolve, reject) => {
      const returned = fileFilter(this.request, file, (error, accept) =>
        isSet(error) ? reject(error!) : resolve(accept === true),
      )
      if (typeof returned === 'boolean') resolve(returned)
      else if (isPromise<boolean>(returned)) returned.then(resolve, reject)
    })
  }
}

/**
 * Admits files by field.
 *
 * @param fields with the number of files that each may have
 */
export function admitFields(
  fields: readonly { readonly name: string; readonly maxCount?: number }[],
): FileAdmission {
  const left = new Map(fields.map(({ name, maxCount = Infinity }) => [name, maxCount]))
  return (field) => {
    const room = left.get(field) ?? 0
    if (room < 1) throw refusal(new UnexpectedFile({ field }), `Unexpected field - ${field}`)
    left.set(field, room - 1)
  }
}
