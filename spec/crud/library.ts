import { Controller, createApp, Module, type Application, type HttpRequest } from 'corbel'
import { crudOf, type CrudOptions } from 'corbel/crud'
import { Crud } from 'corbel/crud/typeorm'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Length, Matches, Min } from 'class-validator'
import {
  Column,
  CreateDateColumn,
  DataSource,
  DeleteDateColumn,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  VersionColumn,
  type Relation,
} from 'typeorm'
import type { DatabaseKind, TestDatabase } from '../support/databases.js'

@Entity()
export class Author {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 60 }) name: string
  @OneToMany(() => Book, (book) => book.author) books: Relation<Book[]>
}

@Entity()
export class Tag {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 30 }) name: string
}

@Entity()
export class Book {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 100, unique: true }) title: string
  @Column('integer') pages: number
  @Column('varchar', { length: 20, default: 'novel' }) genre: string
  @Column('date', { nullable: true }) published: string | null
  @Column('boolean', { default: true }) inPrint: boolean
  @Column('varchar', { length: 100, nullable: true }) notes: string | null
  @Column('varchar', { length: 40, default: 'nobody' }) owner: string
  @Column('varchar', { length: 40, select: false, default: 'hidden' }) secret: string
  @ManyToOne(() => Author, (author) => author.books, { nullable: true }) author: Relation<Author> | null
  @ManyToMany(() => Tag) @JoinTable() tags: Relation<Tag[]>
  @CreateDateColumn() createdAt: Date
  @VersionColumn() version: number
  @DeleteDateColumn() removedAt: Date | null
}

export class NewBook {
  @IsString() @Length(1, 100) title: string
  @IsInt() @Min(1) pages: number
  @IsOptional() @IsIn(['novel', 'poetry', 'essay']) genre?: string
  @IsOptional() @Matches(/^\d{4}-\d\d-\d\d$/) published?: string
  @IsOptional() @IsBoolean() inPrint?: boolean
  @IsOptional() @IsString() notes?: string
  @IsOptional() @IsInt() author?: number
}

export const BOOK_OPTIONS: CrudOptions<Book> = {
  dto: NewBook,
  filter: ['id', 'title', 'pages', 'genre', 'published', 'inPrint', 'notes', 'createdAt'],
  sort: ['title', 'pages', 'createdAt', 'published'],
  search: ['title', 'notes'],
  relations: { author: { fields: ['id', 'name'] }, tags: true },
  softDelete: true,
}

@Crud(Book, BOOK_OPTIONS)
@Controller('books')
export class BooksController {}

@Crud(Book, { ...BOOK_OPTIONS, requireMatch: true, only: ['show', 'update', 'destroy'] })
@Controller('careful')
export class CarefulController {}

@Crud(Book, {
  ...BOOK_OPTIONS,
  policy: ({ principal, action }) =>
    principal === undefined ? false : action === 'restore' ? false : { owner: principal as string },
})
@Controller('own')
export class OwnBooksController {
  created: string[] = []
  /** Takes the place of the default one. */
  async create(request: HttpRequest): Promise<Book> {
    const book = await crudOf<Book>(this).create(request, { notes: 'by hand' })
    this.created.push(book.title)
    return book
  }
}

@Crud(Author, {
  filter: ['name'],
  relations: { books: { limit: 2, fields: ['title'] } },
  paginate: { by: 'offset' },
})
@Controller('authors')
export class AuthorsController {}

/** An application with a library, and a database of its own. */
export interface Library {
  readonly app: Application
  readonly source: DataSource
  /** Statements since the last call. */
  statements(): string[]
  close(): Promise<void>
}

export async function openLibrary(kind: DatabaseKind): Promise<Library> {
  const database: TestDatabase = await kind.create()
  const log: string[] = []
  const logger = {
    logQuery: (text: string) => void log.push(text),
    log() {},
    logMigration() {},
    logQueryError() {},
    logQuerySlow() {},
    logSchemaBuild() {},
  }
  @Module({
    imports: [
      TypeOrmModule.forRoot({ ...database.options, synchronize: true, logging: true, logger }),
      TypeOrmModule.forFeature([Author, Book, Tag]),
    ],
    controllers: [BooksController, CarefulController, OwnBooksController, AuthorsController],
  })
  class App {}
  const app = await createApp(App, { logger: false })
  app.use((request: HttpRequest, _response: unknown, next: () => void) => {
    const user = request.get('x-user')
    if (user !== undefined) request['user'] = user
    next()
  })
  const source = app.get(DataSource)
  return {
    app,
    source,
    statements: () => log.splice(0),
    async close() {
      await app.close()
      await database.drop()
    },
  }
}
