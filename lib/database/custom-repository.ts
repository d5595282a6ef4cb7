import { defineDecorator } from '../metadata/index.js'
import type { EntityTarget } from './tokens.js'

/**
 * Makes a class that extends typeorm's `Repository` the repository of an entity with methods of its own. List it with
 * `TypeOrmModule.forFeature`, and inject it by its class. It may have `@Inject` on properties, and `@Transactional` on
 * methods.
 *
 * @param entity the class or schema
 * @example
 * @CustomRepository(User)
 * class UserRepository extends Repository<User> {
 *   findByName(name: string) { return this.findOneBy({ name }) }
 * }
 */
export const CustomRepository = defineDecorator({
  name: 'CustomRepository',
  on: ['class'],
  value: (entity: EntityTarget) => entity,
})
