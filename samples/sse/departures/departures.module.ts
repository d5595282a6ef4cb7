import { Module } from 'corbel'
import { DeparturesController } from './departures.controller.js'
import { Departures } from './departures.service.js'

/** The board of a station. */
@Module({ controllers: [DeparturesController], providers: [Departures] })
export class DeparturesModule {}
