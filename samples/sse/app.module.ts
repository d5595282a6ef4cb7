import { Module } from 'corbel'
import { DeparturesModule } from './departures/departures.module.js'
import { PageController } from './page/page.controller.js'

/** The root of the application. */
@Module({ imports: [DeparturesModule], controllers: [PageController] })
export class AppModule {}
