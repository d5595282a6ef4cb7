import {
  Catch,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  createApp,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
} from 'corbel'

@Injectable()
class Around {
  intercept(_context: unknown, next: CallHandler) {
    return next.handle()
  }
}

@Injectable()
class Allow implements CanActivate {
  canActivate() {
    return true
  }
}

@Injectable()
class Pass {
  transform(value: string) {
    return value
  }
}

@Catch(RangeError)
class RangeFilter implements ExceptionFilter {
  catch() {}
}

@Injectable({ scope: Scope.REQUEST })
class Visit {
  readonly greeting = 'world'
}

@Controller()
class PlainController {
  @Get('bare/:id')
  async bare(@Param('id') id: string) {
    return { id }
  }

  @Get('enhanced/:id')
  @UseGuards(Allow)
  @UseInterceptors(Around)
  @UseFilters(RangeFilter)
  async enhanced(@Param('id', Pass) id: string) {
    return { id }
  }
}

@Controller('scoped')
class ScopedController {
  constructor(private readonly visit: Visit) {}

  @Get(':id')
  async scoped(@Param('id') id: string) {
    return { id, greeting: this.visit.greeting }
  }
}

@Module({ controllers: [PlainController, ScopedController], providers: [Visit] })
class AppModule {}

const app = await createApp(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
