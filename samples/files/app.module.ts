import { Module, StaticModule, type DynamicModule } from 'corbel'
import { diskStorage, UploadsModule } from 'corbel/uploads'
import { LibraryController } from './library/library.controller.js'
import { Library } from './library/library.service.js'

/** Where things are. */
export interface FilesOptions {
  /** The page and what belongs to it. Default: `samples/files/public` in the working directory. */
  readonly pages?: string
  /** Where uploads go. Default: the system's temporary folder. */
  readonly uploads?: string
  /** Bytes that an upload may have. Default 2 GiB. */
  readonly fileSize?: number
}

/** The root of the application. */
@Module({})
export class AppModule {
  static with({ pages = 'samples/files/public', uploads, fileSize = 2 ** 31 }: FilesOptions): DynamicModule {
    const storage = diskStorage(uploads === undefined ? {} : { destination: uploads })
    return {
      module: AppModule,
      imports: [
        UploadsModule.register({ storage, limits: { fileSize, files: 1 } }),
        // what no route answers: files, and the page for every address that it has of its own
        StaticModule.forRoot({ root: pages, spa: true, exclude: ['/api/*rest'], immutable: true }),
      ],
      controllers: [LibraryController],
      providers: [Library],
    }
  }
}
