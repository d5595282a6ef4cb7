import {
  Controller,
  createApp,
  createParamDecorator,
  Get,
  Module,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from 'corbel'
import { attachPrincipal, principalOf } from 'corbel/core'

const User = createParamDecorator((_, context) => principalOf(context))

class Attaches implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    expect(principalOf(context)).toBeUndefined()
    attachPrincipal(context, { id: 'ada' })
    return true
  }
}

/** As guards do that were written for other frameworks. */
class Sets implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ user?: unknown }>()
    request.user = { ...(request.user as object | undefined), role: 'editor' }
    return true
  }
}

@Controller()
class Pages {
  @UseGuards(Attaches) @Get('asked') asked(@User() user: object) {
    return user
  }
  @UseGuards(Attaches) @Get('read') read(@Req() request: { user: object }) {
    return request.user
  }
  @UseGuards(Attaches, Sets) @Get('joined') joined(@User() user: object, @Req() request: { user: object }) {
    return { ...user, same: request.user === user }
  }
  @UseGuards(Sets) @Get('set') set(@User() user: object) {
    return user
  }
}

@Module({ controllers: [Pages] })
class AppModule {}

describe('who makes a call', () => {
  it.each([
    ['/asked', { id: 'ada' }],
    ['/read', { id: 'ada' }],
    ['/joined', { id: 'ada', role: 'editor', same: true }],
    ['/set', { role: 'editor' }],
  ])('is the user of the request, whoever notes and reads it: %s', async (url, user) => {
    const app = await createApp(AppModule, { logger: false })
    expect((await app.inject(url)).json()).toEqual(user)
    await app.close()
  })
})
