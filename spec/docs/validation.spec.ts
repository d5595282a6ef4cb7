import { Type } from 'class-transformer'
import { IsEmail, IsInt, IsOptional, Length, Max, Min, ValidateNested } from 'class-validator'
import {
  Body,
  Controller,
  createApp,
  Get,
  Module,
  PartialType,
  Patch,
  Post,
  Query,
  ValidationPipe,
} from 'corbel'

// #region dto
class Address {
  @Length(2, 40) city: string
}

class CreateUser {
  @IsEmail() email: string
  @Length(2, 40) name: string
  @ValidateNested() @Type(() => Address) address: Address
}

class UpdateUser extends PartialType(CreateUser) {}

class Page {
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(100) limit = 20
}

@Controller('users')
class UsersController {
  @Post() create(@Body() user: CreateUser): CreateUser {
    return user // an instance, with only the properties that have rules
  }

  @Patch() update(@Body() changes: UpdateUser): UpdateUser {
    return changes
  }

  @Get() list(@Query() page: Page): Page {
    return page
  }
}
// #endregion

@Module({ controllers: [UsersController] })
class App {}

describe('docs/validation.md', () => {
  it('validates by declared types', async () => {
    const app = await createApp(App, { logger: false })
    const post = (payload: object) => app.inject({ method: 'POST', url: '/users', payload })
    const user = { email: 'ada@example.com', name: 'Ada', address: { city: 'London' } }
    expect((await post({ ...user, admin: true })).json()).toEqual(user)
    const refused = await post({ email: 'ada', name: 'A', address: { city: '' } })
    expect(refused.json()).toMatchObject({
      status: 400,
      message: [
        'email must be an email',
        'name must be longer than or equal to 2 characters',
        'address.city must be longer than or equal to 2 characters',
      ],
    })
    expect((await app.inject({ method: 'PATCH', url: '/users', payload: { name: 'Ada' } })).json()).toEqual({
      name: 'Ada',
    })
    expect((await app.inject('/users?limit=5')).json()).toEqual({ limit: 5 })
    expect((await app.inject('/users?limit=5000')).status).toBe(400)
    await app.close()
  })

  it('takes a pipe of the application instead', async () => {
    const app = await createApp(App, { logger: false })
    // #region pipe
    app.useGlobalPipes(
      new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, errorHttpStatusCode: 422 }),
    )
    // #endregion
    const payload = { email: 'ada@example.com', name: 'Ada', address: { city: 'London' }, admin: true }
    const refused = await app.inject({ method: 'POST', url: '/users', payload })
    expect(refused.json()).toMatchObject({ status: 422, message: ['property admin should not exist'] })
    await app.close()
  })
})
