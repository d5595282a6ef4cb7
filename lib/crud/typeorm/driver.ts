import type { ObjectLiteral, Repository } from 'typeorm'
import { CorbelError } from '../../common/index.js'
import { getRepositoryToken } from '../../database/index.js'
import { defineCrud } from '../index.js'
import { TypeOrmStore } from './store.js'

/**
 * Gives a controller the routes of a resource that is an entity of typeorm: list, show, create, update, destroy, each also for
 * several records, and restore. A method of the same name takes the place of one of them. The module of the controller has to
 * import `TypeOrmModule.forFeature([Entity])`.
 *
 * @param entity the class
 * @param options what is offered; what is not listed is not
 * @throws {CorbelError} at boot: CORBEL_CRUD_INVALID with everything that does not fit the entity
 * @example
 * @Crud(Book, { dto: NewBook, filter: ['price', 'genre'], sort: ['title'], relations: ['author'] })
 * @Controller('books')
 * class BooksController {}
 */
export const Crud = defineCrud({
  token: getRepositoryToken,
  open: (injected) => new TypeOrmStore(injected as Repository<ObjectLiteral>),
  isReady: (injected) => {
    try {
      return (injected as Repository<ObjectLiteral>).metadata !== undefined
    } catch (error) {
      // a repository of tenants: which one is known within requests
      if (error instanceof CorbelError && error.code === 'CORBEL_TENANT_MISSING') return false
      throw error
    }
  },
})
