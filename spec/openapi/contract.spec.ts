import {
  ApiOkResponse,
  ApiProperty,
  Body,
  checkContract,
  Controller,
  createApp,
  Get,
  Module,
  OpenApiModule,
  Param,
  ParseIntPipe,
  ParseUUIDPipe,
  Post,
  Query,
  type LoggerService,
} from 'corbel'
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsEmail,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsPositive,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator'
import { Type } from 'class-transformer'
import { AppModule as CatsModule } from '../../samples/cats/app.module.js'
import { createCompiler } from '../../lib/openapi/contract/ajv.js'

class Cat {
  @ApiProperty({ type: 'integer' }) id: number
  @ApiProperty() name: string
}

class NewCat {
  @Length(1, 40) name: string
  @IsInt() @Min(0) age: number
}

let answer: unknown

@Controller('cats')
class CatsController {
  @Get() @ApiOkResponse({ type: Cat }) find(): unknown {
    return answer
  }
  @Get('text') text(): string {
    return 'text'
  }
}

const start = async (contract: 'enforce' | 'warn', lines: string[] = []) => {
  @Module({ imports: [OpenApiModule.forRoot({ contract })], controllers: [CatsController] })
  class AppModule {}
  const logger: LoggerService = {
    log: () => undefined,
    error: () => undefined,
    warn: (message) => void lines.push(String(message)),
  }
  return createApp(AppModule, { logger })
}

describe('the contract', () => {
  it('answers 500 to what breaks the document, where it is enforced', async () => {
    const app = await start('enforce')
    answer = { id: 1, name: 'Tom' }
    expect((await app.inject('/cats')).status).toBe(200)
    expect((await app.inject('/cats/text')).body).toBe('text')
    answer = { id: 'one' }
    const broken = await app.inject('/cats')
    expect([broken.status, broken.json()]).toMatchObject([500, { code: 'CORBEL_OPENAPI_CONTRACT' }])
    await app.close()
  })

  it('warns, and answers all the same', async () => {
    const lines: string[] = []
    const app = await start('warn', lines)
    answer = { id: 'one' }
    expect((await app.inject('/cats')).json()).toEqual({ id: 'one' })
    expect(lines).toEqual([expect.stringContaining('CatsController.find (GET /cats) answered 200')])
    expect(lines[0]).toContain("must have required property 'name'")
    expect(lines[0]).toContain('/id must be integer')
    await app.close()
  })

  it('says how to install what it needs', () => {
    const missing = (name: string): never => {
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
    }
    expect(() => createCompiler(missing)).toThrow(/npm install ajv$/)
  })
})

describe('checkContract', () => {
  it('finds nothing in an application that keeps to its document', async () => {
    const app = await createApp(CatsModule, { logger: false })
    expect(
      await checkContract(app, {
        headers: { 'x-role': 'keeper' },
        values: { id: 1 },
        skip: ['catsFind', 'catsUpdate', 'catsRemove'],
      }),
    ).toEqual([])
    await app.close()
  })

  it('sends what is just outside of what rules take, and finds that it is refused', async () => {
    class Everything {
      @Length(2, 5) @Matches(/^[a-z]+$/) word: string
      @IsInt() @Min(1) @Max(3) count: number
      @IsNumber() @IsPositive() price: number
      @IsEmail() email: string
      @IsUUID() id: string
      @IsIn(['a', 'b']) letter: string
      @IsArray() @ArrayMinSize(1) @ArrayMaxSize(2) @IsInt({ each: true }) list: number[]
    }
    class Filter {
      @IsOptional() @Type(() => Number) @IsInt() @Max(9) page?: number
      @IsIn(['up', 'down']) order: string
    }
    const calls: string[] = []
    @Controller()
    class StrictController {
      @Post(':id') create(
        @Param('id', ParseUUIDPipe) id: string,
        @Query() filter: Filter,
        @Body() body: Everything,
      ): void {
        calls.push(JSON.stringify([id, filter, body]))
      }
    }
    @Module({ controllers: [StrictController] })
    class StrictModule {}
    const app = await createApp(StrictModule, { logger: false })
    expect(await checkContract(app)).toEqual([])
    // what is right, and nothing else, has reached the handler
    expect(calls).toHaveLength(1)
    const answers = vi.spyOn(app, 'inject')
    await checkContract(app)
    // many ways to be wrong, and one to be right
    expect(answers.mock.calls.length).toBeGreaterThan(20)
    await app.close()
  })

  it('finds statuses, bodies, failures and wrong input that is taken', async () => {
    @Controller('wrong')
    class WrongController {
      @Get('shape') @ApiOkResponse({ type: Cat }) shape(): unknown {
        return { id: 'one' }
      }
      @Get('fails/:id') fails(@Param('id', ParseIntPipe) id: number): string {
        if (id > 0) throw new Error('always')
        return ''
      }
      @Post('taken') taken(@Body() body: NewCat): unknown {
        return body
      }
    }
    @Module({ controllers: [WrongController] })
    class WrongModule {}
    // nothing is validated, although the document is made as if it were
    const app = await createApp(WrongModule, { logger: false, validation: false })
    const findings = await checkContract(app)
    expect(findings.map(({ operation, input, problem }) => `${operation}, ${input}: ${problem}`)).toEqual([
      expect.stringMatching(/^GET \/wrong\/shape, valid input: the body must have required property 'name'/),
      'GET /wrong/shape, valid input: /id must be integer',
      expect.stringMatching(/^GET \/wrong\/fails\/\{id\}, valid input: it failed/),
      expect.stringMatching(/^POST \/wrong\/taken, body without name: it was taken/),
      expect.stringMatching(/^POST \/wrong\/taken, body without age: it was taken/),
      expect.stringMatching(/^POST \/wrong\/taken, name is of another type: it was taken/),
      expect.stringMatching(/^POST \/wrong\/taken, name is too short: it was taken/),
      expect.stringMatching(/^POST \/wrong\/taken, name is too long: it was taken/),
      expect.stringMatching(/^POST \/wrong\/taken, age is of another type: it was taken/),
      expect.stringMatching(/^POST \/wrong\/taken, age is too small: it was taken/),
      expect.stringMatching(/^POST \/wrong\/taken, age is no integer: it was taken/),
    ])
    await app.close()
  })
})
