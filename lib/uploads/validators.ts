import type { FileInfo, StoredBytes } from './file.js'
import { detectType } from './magic-numbers.js'

/** What validators look at: a file of an upload. */
export type ValidatedFile = Pick<FileInfo, 'mimetype'> & StoredBytes

/** What a function that makes the message is told. */
export interface FileMessageContext<Options> {
  readonly file: ValidatedFile | undefined
  readonly config: Options
}

/** A message, or what makes one. */
export type FileMessage<Options> = string | ((context: FileMessageContext<Options>) => string)

/** A check of one file. Derive from it for checks of your own. */
export abstract class FileValidator<Options = Record<string, unknown>, File = ValidatedFile> {
  /** @param validationOptions of the check */
  constructor(protected readonly validationOptions: Options) {}

  /** True if the file is right; may be asynchronous. */
  abstract isValid(file?: File): boolean | Promise<boolean>

  /** What is wrong with a file that is not. */
  abstract buildErrorMessage(file: File): string
}

/** Options of `MaxFileSizeValidator`. */
export interface MaxFileSizeOptions {
  /** Bytes; a file must have less. */
  readonly maxSize: number
  /** The message, or what makes it of `maxSize`. */
  readonly message?: string | ((maxSize: number) => string)
  readonly errorMessage?: FileMessage<Omit<MaxFileSizeOptions, 'errorMessage'>>
}

/** Refuses files of `maxSize` bytes and more. The limits of the upload stop them earlier, before they are stored. */
export class MaxFileSizeValidator extends FileValidator<MaxFileSizeOptions> {
  isValid(file?: ValidatedFile): boolean {
    return file === undefined || file.size < this.validationOptions.maxSize
  }

  buildErrorMessage(file?: ValidatedFile): string {
    const { maxSize, message, errorMessage, ...rest } = this.validationOptions
    if (errorMessage !== undefined) return messageOf(errorMessage, file, { maxSize, ...rest })
    if (message !== undefined) return typeof message === 'function' ? message(maxSize) : message
    const current = file === undefined ? '' : `current file size is ${file.size}, `
    return `Validation failed (${current}expected size is less than ${maxSize})`
  }
}

/** Options of `FileTypeValidator`. */
export interface FileTypeOptions {
  /** A media type, a part of one (`jpeg`), or an expression that it has to match. */
  readonly fileType: string | RegExp
  /** Believes the declared type without looking at the bytes. Default false. */
  readonly skipMagicNumbersValidation?: boolean
  /** Believes the declared type where the bytes tell nothing, as with text. Default false. */
  readonly fallbackToMimetype?: boolean
  readonly errorMessage?: FileMessage<Omit<FileTypeOptions, 'errorMessage'>>
}

/** Refuses files whose first bytes are of another type: what the client declares proves nothing. */
export class FileTypeValidator extends FileValidator<FileTypeOptions> {
  async isValid(file?: ValidatedFile): Promise<boolean> {
    const { skipMagicNumbersValidation = false, fallbackToMimetype = false } = this.validationOptions
    if (file === undefined) return false
    if (skipMagicNumbersValidation) return this.matches(file.mimetype)
    const detected = await detectType(file)
    if (detected !== undefined) return this.matches(detected)
    return fallbackToMimetype && this.matches(file.mimetype)
  }

  buildErrorMessage(file?: ValidatedFile): string {
    const { errorMessage, ...config } = this.validationOptions
    if (errorMessage !== undefined) return messageOf(errorMessage, file, config)
    const current = file === undefined ? '' : `current file type is ${file.mimetype}, `
    return `Validation failed (${current}expected type is ${String(config.fileType)})`
  }

  private matches(type: string): boolean {
    const { fileType } = this.validationOptions
    return type === fileType || new RegExp(fileType).test(type)
  }
}

function messageOf<Options>(
  message: FileMessage<Options>,
  file: ValidatedFile | undefined,
  config: Options,
): string {
  return typeof message === 'function' ? message({ file, config }) : message
}
