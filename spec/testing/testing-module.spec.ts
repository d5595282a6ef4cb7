import {
  Controller,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  Module,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type CallHandler,
  type Interceptor,
} from 'corbel'
import { Test } from 'corbel/testing'
import request from 'supertest'

@Injectable()
class Mailer {
  send(): string {
    return 'sent'
  }
}

@Injectable()
class Closed implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException()
  }
}

@Injectable()
class Shout implements Interceptor {
  async intercept(_context: unknown, next: CallHandler): Promise<unknown> {
    return { shouted: await next.handle() }
  }
}

@Controller('mail')
class MailController {
  constructor(private readonly mailer: Mailer) {}

  @Get()
  @UseGuards(Closed)
  @UseInterceptors(Shout)
  send(): object {
    return { mail: this.mailer.send() }
  }
}

@Module({ controllers: [MailController], providers: [Mailer], exports: [Mailer] })
class MailModule {}

@Module({
  providers: [{ provide: Mailer, useValue: { send: () => 'faked' } }],
  controllers: [MailController],
})
class FakeMailModule {}

describe('Test.createTestingModule', () => {
  it('gives providers, and closes', async () => {
    const module = await Test.createTestingModule({ imports: [MailModule] }).compile()
    expect(module.get(Mailer).send()).toBe('sent')
    expect(module.select(MailModule).get(Mailer, { strict: true })).toBe(module.get(Mailer))
    await module.close()
  })

  it('makes an application for test clients', async () => {
    const module = await Test.createTestingModule({ imports: [MailModule] }).compile()
    const app = module.createApp()
    await app.init()
    await request(app.getHttpServer() as never)
      .get('/mail')
      .expect(403)
    await app.close()
  })

  it('overrides providers, guards and interceptors wherever they are', async () => {
    const module = await Test.createTestingModule({ imports: [MailModule] })
      .overrideProvider(Mailer)
      .useFactory({ factory: (word: string) => ({ send: () => word }), inject: ['word'] })
      .overrideGuard(Closed)
      .useValue({ canActivate: () => true })
      .overrideInterceptor(Shout)
      .useClass(
        class Plain {
          intercept = (_context: unknown, next: CallHandler): unknown => next.handle()
        },
      )
      .useMocker((token) => (token === 'word' ? 'mocked' : undefined))
      .compile()
    const app = module.createApp()
    const response = await app.inject('/mail')
    expect(response.json()).toEqual({ mail: 'mocked' })
    await module.close()
  })

  it('overrides modules', async () => {
    const module = await Test.createTestingModule({ imports: [MailModule] })
      .overrideModule(MailModule)
      .useModule(FakeMailModule)
      .compile()
    expect(module.get(Mailer).send()).toBe('faked')
    await module.close()
  })

  it('mocks what nothing provides, and names what it does not mock', async () => {
    @Injectable()
    class Needy {
      constructor(
        @Inject('clock') readonly clock: unknown,
        readonly mailer: Mailer,
      ) {}
    }
    const module = await Test.createTestingModule({ providers: [Needy] })
      .useMocker((token) => ({ mockOf: token }))
      .compile()
    expect(module.get(Needy).clock).toEqual({ mockOf: 'clock' })
    expect(module.get(Needy).mailer).toEqual({ mockOf: Mailer })
    await module.close()
    await expect(Test.createTestingModule({ providers: [Needy] }).compile()).rejects.toThrow(
      /"clock"[^]*Mailer/,
    )
  })
})
