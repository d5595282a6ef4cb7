export { diskStorage, type DiskStorageOptions, type NameChooser } from './disk-storage.js'
export {
  FileNameEscapes,
  FileTooLarge,
  MultipartMalformed,
  UnexpectedFile,
  UploadLimitExceeded,
  UploadOptionsInvalid,
  UploadTooLarge,
} from './errors.js'
export type {
  CallbackStorage,
  FileInfo,
  FileStorage,
  IncomingFile,
  MultipartFile,
  StoredBytes,
} from './file.js'
export {
  AnyFilesInterceptor,
  FileFieldsInterceptor,
  FileInterceptor,
  FilesInterceptor,
  NoFilesInterceptor,
  type UploadField,
} from './interceptors.js'
export { memoryStorage } from './memory-storage.js'
export {
  UploadsModule,
  UploadsModule as MulterModule,
  type UploadOptionsFactory,
  type UploadsModuleAsyncOptions,
} from './module.js'
export { UPLOAD_OPTIONS, type FileFilter, type UploadLimits, type UploadOptions } from './options.js'
export { streamParts, type FilePart, type TextPart } from './stream-parts.js'
export { ParseFilePipe, ParseFilePipeBuilder, type ParseFileOptions } from './parse-file-pipe.js'
export {
  FileTypeValidator,
  FileValidator,
  MaxFileSizeValidator,
  type FileMessage,
  type FileMessageContext,
  type FileTypeOptions,
  type MaxFileSizeOptions,
  type ValidatedFile,
} from './validators.js'
