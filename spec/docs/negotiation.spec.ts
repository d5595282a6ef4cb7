import {
  Controller,
  createApp,
  csvSerializer,
  defineSerializer,
  Get,
  Module,
  Param,
  Produces,
  type Application,
} from 'corbel'

const people = [
  { id: 1, name: 'Ada', born: '1815-12-10' },
  { id: 2, name: '=Grace()', born: '1906-12-09' },
]

// #region produces
@Controller('people')
@Produces('application/json', 'text/csv', 'application/xml')
class PeopleController {
  @Get()
  all(): object {
    return people
  }

  @Get('export')
  @Produces('ndjson', 'msgpack') // a method has its own word; short names do
  async *everyone() {
    yield* people
  }
}
// #endregion

// #region serializer
const calendar = defineSerializer({
  types: 'text/calendar',
  parameters: 'charset=utf-8',
  serialize: (value) => {
    const { name, born } = value as { name: string; born: string }
    return `BEGIN:VCALENDAR\r\nSUMMARY:${name}\r\nDTSTART:${born.replaceAll('-', '')}\r\nEND:VCALENDAR\r\n`
  },
})
const report = csvSerializer({ columns: ['name', 'born'], delimiter: ';', bom: true })

@Controller('birthdays')
class BirthdaysController {
  @Get(':id')
  @Produces('json', 'text/calendar', report)
  one(@Param('id') id: string): object {
    return people[Number(id) - 1]!
  }
}
// #endregion

@Module({ controllers: [PeopleController, BirthdaysController] })
class AppModule {}

describe('docs/negotiation.md', () => {
  let app: Application
  beforeAll(async () => {
    const logger = false
    // #region register
    app = await createApp(AppModule, { logger, serializers: [calendar] })
    // #endregion
  })
  afterAll(() => app.close())

  const ask = async (url: string, accept: string) => {
    const { statusCode, headers, body } = await app.inject({ url, headers: { accept } })
    return { statusCode, type: headers['content-type'], body }
  }

  it('sends what is asked for', async () => {
    expect(await ask('/people', 'text/csv')).toEqual({
      statusCode: 200,
      type: 'text/csv; charset=utf-8; header=present',
      body: "id,name,born\r\n1,Ada,1815-12-10\r\n2,'=Grace(),1906-12-09\r\n",
    })
    expect((await ask('/people/export', 'application/x-ndjson')).body.split('\n')).toHaveLength(3)
    expect((await ask('/people', 'image/png')).statusCode).toBe(406)
  })

  it('takes serializers', async () => {
    expect((await ask('/birthdays/1', 'text/calendar')).body).toContain('DTSTART:18151210')
    expect((await ask('/birthdays/1', 'text/csv')).body).toBe('name;born\r\nAda;1815-12-10\r\n')
  })
})
