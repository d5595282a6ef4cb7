import {
  Controller,
  createApp,
  Get,
  LastEventId,
  Module,
  ParseIntPipe,
  Produces,
  Sse,
  StreamAs,
  type Class,
} from 'corbel'

interface Row {
  readonly id: number
}

const database = {
  async *rows(): AsyncGenerator<Row> {
    for (let id = 1; id <= 3; id++) yield { id }
  },
  async *changesAfter(last: number): AsyncGenerator<Row> {
    for (let id = last + 1; id <= 3; id++) yield { id }
  },
}

// #region streams
@Controller('rows')
class RowsController {
  @Get('array')
  @StreamAs('json') // [{"id":1},{"id":2} …
  array(): AsyncIterable<Row> {
    return database.rows()
  }

  @Get('lines')
  @StreamAs('ndjson') // {"id":1}\n{"id":2}\n …
  lines(): AsyncIterable<Row> {
    return database.rows()
  }

  @Get()
  @Produces('json', 'ndjson', 'csv') // the client chooses
  any(): AsyncIterable<Row> {
    return database.rows()
  }
}
// #endregion

// #region events
@Controller('changes')
class ChangesController {
  @Sse('live', { heartbeat: '30s', retry: '2s' })
  async *live(@LastEventId(new ParseIntPipe({ optional: true })) last: number = 0) {
    for await (const row of database.changesAfter(last)) yield { id: row.id, type: 'change', data: row }
  }
}
// #endregion

describe('docs/streaming.md', () => {
  const open = (controller: Class) => {
    @Module({ controllers: [controller] })
    class AppModule {}
    const logger = false
    // #region options
    return createApp(AppModule, { logger, sse: { heartbeat: '15s', retry: '1s', maxWaiting: 1_000 } })
    // #endregion
  }

  it('streams', async () => {
    const app = await open(RowsController)
    const read = async (url: string, accept = '*/*') => (await app.inject({ url, headers: { accept } })).body
    expect(await read('/rows/array')).toBe('[{"id":1},{"id":2},{"id":3}]')
    expect(await read('/rows/lines')).toBe('{"id":1}\n{"id":2}\n{"id":3}\n')
    expect(await read('/rows', 'text/csv')).toBe('id\r\n1\r\n2\r\n3\r\n')
    await app.close()
  })

  it('sends events', async () => {
    const app = await open(ChangesController)
    const { body } = await app.inject({ url: '/changes/live', headers: { 'last-event-id': '2' } })
    expect(body).toBe('retry: 2000\n\nevent: change\nid: 3\ndata: {"id":3}\n\n')
    await app.close()
  })
})
