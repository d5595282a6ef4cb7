import type { Class } from '../common/index.js'
import { Inject, mixin, Optional } from '../di/index.js'
import type { HttpRequest } from '../http/index.js'
import { Describes, type CallHandler, type ExecutionContext, type Interceptor } from '../pipeline/index.js'
import { loadSplitter } from './busboy.js'
import { UploadOptionsInvalid } from './errors.js'
import type { MultipartFile } from './file.js'
import { UPLOAD_OPTIONS, uploadSettings, type UploadOptions, type UploadSettings } from './options.js'
import { admitFields, receiveUpload, type FileAdmission } from './receive.js'

/** A field that takes files. */
export interface UploadField {
  readonly name: string
  /** Files; no bound but the limits by default. */
  readonly maxCount?: number
}

interface Reception {
  /** For documents; undefined for any. */
  readonly fields: readonly UploadField[] | undefined
  /** Made for each upload: it counts. */
  readonly admission: () => FileAdmission
  /** Puts the files where the decorators look for them. */
  place(request: HttpRequest, files: readonly MultipartFile[]): void
}

function uploadInterceptor(reception: Reception, own: UploadOptions | undefined): Class<Interceptor> {
  @Describes({ body: { mediaType: 'multipart/form-data', properties: propertiesOf(reception.fields) } })
  class UploadInterceptor implements Interceptor {
    private readonly settings: UploadSettings

    constructor(@Optional() @Inject(UPLOAD_OPTIONS) shared?: UploadOptions) {
      // at boot, so that a missing package or a wrong option does not wait for the first upload
      loadSplitter()
      this.settings = uploadSettings(shared, own)
    }

    async intercept(context: ExecutionContext, next: CallHandler): Promise<unknown> {
      const request = context.switchToHttp().getRequest<HttpRequest>()
      const upload = await receiveUpload(request, this.settings, reception.admission())
      if (upload !== undefined) reception.place(request, upload.files)
      return next.handle()
    }
  }
  return mixin(UploadInterceptor)
}

/**
 * Receives one file of a field, for `@UploadedFile()`.
 *
 * @param field the name of the form field
 * @param options limits, storage, filter; they win over those of `UploadsModule`
 * @example
 * @Post('avatar') @UseInterceptors(FileInterceptor('avatar'))
 * save(@UploadedFile() avatar: MultipartFile) {}
 */
export function FileInterceptor(field: string, options?: UploadOptions): Class<Interceptor> {
  const fields = [{ name: nameOf(field), maxCount: 1 }]
  const place = (request: HttpRequest, [file]: readonly MultipartFile[]): void => {
    if (file !== undefined) request['file'] = file
  }
  return uploadInterceptor({ fields, admission: () => admitFields(fields), place }, options)
}

/**
 * Receives several files of a field, for `@UploadedFiles()`.
 *
 * @param field the name of the form field
 * @param maxCount files; one more is refused with 400
 * @param options as for `FileInterceptor`
 */
export function FilesInterceptor(
  field: string,
  maxCount?: number,
  options?: UploadOptions,
): Class<Interceptor> {
  const fields = [{ name: nameOf(field), ...(maxCount !== undefined && { maxCount }) }]
  return uploadInterceptor({ fields, admission: () => admitFields(fields), place: placeList }, options)
}

/**
 * Receives files of several fields; `@UploadedFiles()` is an object with a list for each field that came.
 *
 * @param fields names, and how many files each may have
 * @param options as for `FileInterceptor`
 */
export function FileFieldsInterceptor(
  fields: readonly UploadField[],
  options?: UploadOptions,
): Class<Interceptor> {
  fields.forEach(({ name }) => nameOf(name))
  return uploadInterceptor({ fields, admission: () => admitFields(fields), place: placeByField }, options)
}

/**
 * Receives files of any field, as a list for `@UploadedFiles()`.
 *
 * @param options as for `FileInterceptor`
 */
export function AnyFilesInterceptor(options?: UploadOptions): Class<Interceptor> {
  return uploadInterceptor({ fields: undefined, admission: () => () => undefined, place: placeList }, options)
}

/**
 * Receives text fields only; a file is refused with 400.
 *
 * @param options as for `FileInterceptor`
 */
export function NoFilesInterceptor(options?: UploadOptions): Class<Interceptor> {
  return uploadInterceptor({ fields: [], admission: () => admitFields([]), place: () => undefined }, options)
}

const BINARY = { type: 'string', format: 'binary' }

/** The fields as properties of a form. */
function propertiesOf(fields: readonly UploadField[] | undefined): Record<string, Record<string, unknown>> {
  if (fields === undefined) return { files: { type: 'array', items: BINARY } }
  return Object.fromEntries(
    fields.map(({ name, maxCount }) => [
      name,
      maxCount === 1
        ? BINARY
        : { type: 'array', items: BINARY, ...(maxCount !== undefined && { maxItems: maxCount }) },
    ]),
  )
}

function nameOf(field: unknown): string {
  if (typeof field === 'string' && field !== '') return field
  throw new UploadOptionsInvalid({ reason: `the field is ${String(field)}. Give the name of a form field.` })
}

function placeList(request: HttpRequest, files: readonly MultipartFile[]): void {
  request['files'] = files
}

function placeByField(request: HttpRequest, files: readonly MultipartFile[]): void {
  const byField = Object.create(null) as Record<string, MultipartFile[]>
  for (const file of files) (byField[file.fieldname] ??= []).push(file)
  request['files'] = byField
}
