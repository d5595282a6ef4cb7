import { Module } from 'corbel'
import { CatsModule } from './cats/cats.module.js'

/** The root of the application. */
@Module({ imports: [CatsModule] })
export class AppModule {}
