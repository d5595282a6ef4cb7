import {
  ConflictException,
  Controller,
  createApp,
  defineError,
  Get,
  GoneException,
  HttpException,
  Module,
  NotFoundException,
} from 'corbel'

// #region define
const StockEmpty = defineError<{ item: string }>(
  'SHOP_STOCK_EMPTY',
  'There is no {item} left. Order it again on Monday.',
  { status: 409 },
)
// #endregion

// #region throw
@Controller('items')
class ItemsController {
  @Get('unknown') unknown(): never {
    throw new NotFoundException('There is no such item')
  }

  @Get('taken') taken(): never {
    throw new ConflictException({ code: 'TAKEN', by: 'Ada' })
  }

  @Get('empty') empty(): never {
    throw new StockEmpty({ item: 'limestone' })
  }

  @Get('gone') gone(): never {
    throw new GoneException('It was sold', { description: 'Sold', errorCode: 'ITEM_SOLD' })
  }

  @Get('teapot') teapot(): never {
    throw new HttpException('Short and stout', 418, { cause: new Error('kept for the log') })
  }
}
// #endregion

@Module({ controllers: [ItemsController] })
class App {}

describe('docs/errors.md', () => {
  it('answers with problem details', async () => {
    const app = await createApp(App, { logger: false })
    const unknown = await app.inject('/items/unknown')
    expect(unknown.headers['content-type']).toBe('application/problem+json')
    expect(unknown.json()).toMatchObject({
      title: 'Not Found',
      status: 404,
      detail: 'There is no such item',
      instance: '/items/unknown',
    })
    expect((await app.inject('/items/taken')).json()).toMatchObject({ status: 409, code: 'TAKEN', by: 'Ada' })
    expect((await app.inject('/items/gone')).json()).toMatchObject({
      status: 410,
      title: 'Sold',
      detail: 'It was sold',
      errorCode: 'ITEM_SOLD',
    })
    expect((await app.inject('/items/empty')).json()).toMatchObject({
      status: 409,
      code: 'SHOP_STOCK_EMPTY',
      detail: 'There is no limestone left. Order it again on Monday.',
    })
    expect((await app.inject('/items/teapot')).status).toBe(418)
    await app.close()
  })

  it('answers in the plain form', async () => {
    const app = await createApp(App, { logger: false, errors: 'plain' })
    expect((await app.inject('/items/unknown')).json()).toEqual({
      statusCode: 404,
      message: 'There is no such item',
      error: 'Not Found',
    })
    await app.close()
  })
})
