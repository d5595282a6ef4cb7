import {
  APP_GUARD,
  AppliesTo,
  Controller,
  createApp,
  Get,
  Injectable,
  Module,
  type CanActivate,
} from 'corbel'

@Injectable()
@AppliesTo(({ member }) => String(member).startsWith('secret'))
class Never implements CanActivate {
  canActivate(): boolean {
    return false
  }
}
@Controller('x')
class Routes {
  @Get('open') open(): string {
    return 'open'
  }
  @Get('secret') secretOne(): string {
    return 'secret'
  }
}

describe('@AppliesTo', () => {
  it('chooses the endpoints of a global guard at boot', async () => {
    @Module({ controllers: [Routes], providers: [{ provide: APP_GUARD, useClass: Never }] })
    class Root {}
    const app = await createApp(Root, { logger: false })
    expect((await app.inject('/x/open')).status).toBe(200)
    expect((await app.inject('/x/secret')).status).toBe(403)
    const plans = app.describe().endpoints.map(({ plan }) => plan)
    expect(plans).toEqual([['handler'], ['guard Never', 'handler']])
    await app.close()
  })

  it('that is given no function is refused at boot', async () => {
    @Injectable()
    @AppliesTo(undefined as unknown as () => boolean)
    class Wrong extends Never {}
    @Module({ controllers: [Routes], providers: [Wrong] })
    class Root {}
    await expect(createApp(Root, { logger: false })).rejects.toThrow('@AppliesTo on Wrong')
  })
})
