import { Describes, httpExceptionFor, type PipeTransform } from '../pipeline/index.js'
import {
  FileTypeValidator,
  MaxFileSizeValidator,
  type FileTypeOptions,
  type FileValidator,
  type MaxFileSizeOptions,
  type ValidatedFile,
} from './validators.js'

/** A validator of whatever options and files. */
// eslint-disable-next-line typescript/no-explicit-any -- the options are its own business; a method's parameter is contravariant
type AnyFileValidator = FileValidator<any, any>

/** Options of `ParseFilePipe`. */
export interface ParseFileOptions {
  /** In the order in which they are asked; the first that refuses a file has the say. */
  readonly validators?: readonly AnyFileValidator[]
  /** Status of the answer. Default 400. */
  readonly errorHttpStatusCode?: number
  /** Makes the exception from the message. */
  readonly exceptionFactory?: (message: string) => unknown
  /** Default true: without a file the answer is `File is required`. */
  readonly fileIsRequired?: boolean
}

/**
 * Checks the files of an upload: one, a list, or lists by field.
 *
 * @example
 * @UploadedFile(new ParseFilePipe({ validators: [new MaxFileSizeValidator({ maxSize: 100_000 })] })) file: MultipartFile
 */
export class ParseFilePipe implements PipeTransform {
  private readonly validators: readonly AnyFileValidator[]
  private readonly refuse: (message: string) => unknown
  private readonly fileIsRequired: boolean
  private readonly status: number

  /** @param options none: there has to be a file */
  constructor(options: ParseFileOptions = {}) {
    this.validators = options.validators ?? []
    this.refuse = options.exceptionFactory ?? httpExceptionFor(options.errorHttpStatusCode ?? 400)
    this.fileIsRequired = options.fileIsRequired ?? true
    this.status = options.errorHttpStatusCode ?? 400
  }

  /**
   * Checks what `@UploadedFile()` or `@UploadedFiles()` gives.
   *
   * @param value a file, a list, an object of lists, or nothing
   * @returns the value as it is
   * @throws {HttpException} 400, or what the options say
   */
  async transform<T>(value: T): Promise<T> {
    const files = filesIn(value)
    if (files.length === 0 && this.fileIsRequired) throw this.refuse('File is required')
    for (const file of files) await this.validate(file)
    return value
  }

  private async validate(file: ValidatedFile): Promise<void> {
    for (const validator of this.validators) {
      if (!(await validator.isValid(file))) throw this.refuse(validator.buildErrorMessage(file))
    }
  }
}
Describes(({ instance }) => {
  const { fileIsRequired = true, status = 400 } = (instance ?? {}) as {
    fileIsRequired?: boolean
    status?: number
  }
  return {
    value: { required: fileIsRequired },
    responses: { [status]: 'A file is missing or not accepted.' },
  }
})(ParseFilePipe)

/** One file, a list, or an object that has nothing but lists: those of the fields. */
function filesIn(value: unknown): readonly ValidatedFile[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value as ValidatedFile[]
  const members = Object.values(value)
  return members.every(Array.isArray) ? members.flat() : [value as ValidatedFile]
}

/** Makes a `ParseFilePipe` step by step. */
export class ParseFilePipeBuilder {
  private readonly validators: AnyFileValidator[] = []

  /** Refuses files of `maxSize` bytes and more. */
  addMaxSizeValidator(options: MaxFileSizeOptions): this {
    return this.addValidator(new MaxFileSizeValidator(options))
  }

  /** Refuses files of other types. */
  addFileTypeValidator(options: FileTypeOptions): this {
    return this.addValidator(new FileTypeValidator(options))
  }

  addValidator(validator: AnyFileValidator): this {
    this.validators.push(validator)
    return this
  }

  /** @param options whatever else the pipe is told */
  build(options: Omit<ParseFileOptions, 'validators'> = {}): ParseFilePipe {
    return new ParseFilePipe({ ...options, validators: this.validators.splice(0) })
  }
}
