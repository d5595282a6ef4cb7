export { defineFactory, type Factory, type FactoryContext, type FactoryOptions } from './factory.js'
export { SeedModule, Seeders, type Seeder, type SeedModuleOptions } from './module.js'
export { seedRandom, type SeedRandom } from './random.js'
export { Seeding, type SeedingOptions } from './seeding.js'
