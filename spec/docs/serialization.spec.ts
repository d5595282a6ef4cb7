import { Exclude, Expose } from 'class-transformer'
import { IsEmail, IsInt } from 'class-validator'
import {
  APP_INTERCEPTOR,
  ClassSerializerInterceptor,
  compileJsonWriter,
  Controller,
  createApp,
  Get,
  Module,
  Param,
  Returns,
  SerializeOptions,
} from 'corbel'

// #region serializer
class User {
  id: number
  name: string
  @Exclude() password: string
  @Expose({ groups: ['admin'] }) email: string

  constructor(init: Partial<User>) {
    Object.assign(this, init)
  }
}

@Controller('users')
class UsersController {
  @Get()
  list(): User[] {
    return [new User({ id: 1, name: 'Ada', password: 'secret', email: 'ada@example.com' })]
  }

  @Get('admin')
  @SerializeOptions({ type: User, groups: ['admin'] }) // plain objects are taken for users
  admin(): object {
    return { id: 1, name: 'Ada', password: 'secret', email: 'ada@example.com' }
  }
}

@Module({
  controllers: [UsersController],
  providers: [{ provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor }],
})
class AppModule {}
// #endregion

it('docs/serialization.md: leaves out what is excluded', async () => {
  const app = await createApp(AppModule, { logger: false })
  expect((await app.inject('/users')).json()).toEqual([{ id: 1, name: 'Ada' }])
  expect((await app.inject('/users/admin')).json()).toEqual({ id: 1, name: 'Ada', email: 'ada@example.com' })
  await app.close()
})

// #region returns
class Profile {
  @IsInt() id: number
  @IsEmail() email: string
}

@Controller('profiles')
class ProfilesController {
  @Get()
  @Returns([Profile])
  async list(): Promise<Profile[]> {
    return [{ id: 1, email: 'ada@example.com' }]
  }

  @Get(':id')
  @Returns(Profile)
  async find(@Param('id') id: string): Promise<object> {
    return { id: Number(id), email: id === '1' ? 'ada@example.com' : 'none', loginCount: 3 }
  }
}
// #endregion

@Module({ controllers: [ProfilesController] })
class ProfilesModule {}

it('docs/serialization.md: holds results to their class', async () => {
  // #region options
  const app = await createApp(ProfilesModule, {
    logger: false,
    responses: { validate: 'enforce', strip: true, bigint: 'string' },
  })
  // #endregion
  expect((await app.inject('/profiles')).json()).toEqual([{ id: 1, email: 'ada@example.com' }])
  expect((await app.inject('/profiles/1')).json()).toEqual({ id: 1, email: 'ada@example.com' })
  expect((await app.inject('/profiles/2')).json()).toMatchObject({ code: 'CORBEL_RESPONSE_INVALID' })
  await app.close()
})

it('docs/serialization.md: writes by itself', () => {
  // #region writer
  const write = compileJsonWriter(Profile)
  const text = write({ id: 1, email: 'ada@example.com' }) // what JSON.stringify writes
  // #endregion
  expect(text).toBe('{"id":1,"email":"ada@example.com"}')
})
