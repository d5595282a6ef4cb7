import {
  Body,
  CacheControl,
  Conditional,
  Controller,
  csvSerializer,
  Get,
  LastEventId,
  ParseIntPipe,
  Post,
  Produces,
  Sse,
} from 'corbel'
import { Announcement, type Departure } from './departure.js'
import { Departures } from './departures.service.js'

const TABLE = csvSerializer({ columns: ['time', 'train', 'destination', 'platform', 'state'] })

/** The board: as a whole in several forms, and live. */
@Controller('departures')
export class DeparturesController {
  constructor(private readonly departures: Departures) {}

  /** Whoever has this version of the board is told so, and nothing is written for it. */
  @Get()
  @Produces('json', TABLE, 'ndjson')
  @CacheControl({ public: true, noCache: true })
  @Conditional((self: DeparturesController) => ({ etag: `W/"${self.departures.version}"` }))
  all(): Departure[] {
    return this.departures.all()
  }

  @Post()
  announce(@Body() announcement: Announcement): Departure {
    return this.departures.announce(announcement)
  }

  /** A screen that was away sends the id of the last event that it has seen. */
  @Sse('live')
  live(@LastEventId(new ParseIntPipe({ optional: true })) lastId: number | undefined) {
    return this.departures.changes(lastId)
  }
}
