import { Type } from 'class-transformer'
import {
  ArrayUnique,
  IsByteLength,
  IsEmail,
  IsInt,
  IsOptional,
  IsString,
  ValidateNested,
  type ValidationError,
} from 'class-validator'
import { Body, compileValidator, Controller, Module, ParseFloatPipe, Post } from 'corbel'
import { MAX_UNIQUE_ITEMS } from '../../lib/validation/bounded-rule.js'
import { readDate, readNumber } from '../../lib/validation/from-text.js'
import { isDoneWithin } from '../support/within.js'
import { serve } from '../web/serve.js'
import { decorators, variants } from './decorators.js'

const SHORT = 8_000
const LONG = 400_000

// Beginnings that lead deep into a format, what a format repeats, and ends that make it fail at the last moment.
const beginnings = [
  '',
  'a@',
  '"',
  'http://',
  'http://a.',
  'data:text/plain;',
  'magnet:?xt=urn:btih:',
  'text/plain;',
]
beginnings.push('1.0.0-', 'hsl(', 'rgb(', '2020-01-01T00:00:00.', '+49', '$1,000', 'eyJ.', 'fe80::', 'a <')
const repeated = [
  'a',
  'A',
  '0',
  ' ',
  '.',
  '-',
  ':',
  ',',
  '+',
  '=',
  '%',
  '"',
  '\\',
  'a.',
  '1.',
  'a-',
  '1,',
  '0:',
  'ab@',
]
repeated.push('\uFE0F', '\uD83D', '😀', 'a@b.', 'a=b;', '&x=', '1 ', '\t')
const ends = ['', '!', '\uD83D']

const took = (check: (text: string) => unknown, text: string): number => {
  const start = performance.now()
  check(text)
  return performance.now() - start
}

/** Whether a long text takes a check milliseconds; quadratic time would be minutes, and is cut off. */
function isLinear(
  check: (text: string) => unknown,
  [begin, part, end]: readonly [string, string, string],
  seconds = 20,
): boolean {
  const text = (length: number) => begin + part.repeat(length / part.length) + end
  // only what takes some time here can take much with the long text: quadratic time would be 2,500 times this
  if (took(check, text(SHORT)) < 2) return true
  return isDoneWithin(seconds, () => check(text(LONG)))
}

/** The first text that costs a check more than linear time. */
function expensiveText(check: (text: string) => unknown): string | undefined {
  for (const begin of beginnings) {
    for (const part of repeated) {
      for (const end of ends) {
        if (!isLinear(check, [begin, part, end])) return JSON.stringify([begin, part, end])
      }
    }
  }
  return undefined
}

describe('long hostile texts', { timeout: 300_000 }, () => {
  it.each(Object.entries({ ...decorators, ...variants }))('cost %s linear time', (_name, decorate) => {
    class Single {
      a: unknown
    }
    decorate()(Single.prototype, 'a')
    const { run } = compileValidator(Single)
    expect(expensiveText((a) => run({ a }))).toBeUndefined()
  })

  const pipe = new ParseFloatPipe({ optional: true, exceptionFactory: () => undefined })
  it.each<[string, (text: string) => unknown]>([
    ['numbers of queries', readNumber],
    ['dates of queries', readDate],
    [
      'ParseFloatPipe',
      (text) => {
        try {
          return pipe.transform(text)
        } catch {
          return undefined
        }
      },
    ],
  ])('cost %s linear time', (_name, read) => {
    expect(expensiveText(read)).toBeUndefined()
  })

  it('are no text that @IsByteLength can encode, and are refused like any other', () => {
    class Single {
      @IsByteLength(0, 9) a: string
    }
    const { run } = compileValidator(Single)
    for (const a of ['\uD83D', 'a\uDE00', '\uDE00\uD83D'])
      expect((run({ a }) as { errors: ValidationError[] }).errors).toHaveLength(1)
    expect((run({ a: '😀' }) as { errors: ValidationError[] }).errors).toEqual([])
  })

  it('would be noticed', () => {
    expect(isLinear((text) => /^(?:a+\.?a*)$/.test(text), ['', 'a', '!'], 2)).toBe(false)
  })
})

describe('long lists', () => {
  class Item {
    @IsInt() count: number
  }
  class Lists {
    @IsOptional() @ValidateNested({ each: true }) @Type(() => Item) items?: Item[]
    @IsOptional() @IsString({ each: true }) texts?: string[]
    @IsOptional() @ArrayUnique() unique?: number[]
    @IsOptional() any?: unknown
  }
  const list = <T>(length: number, item: T): T[] => new Array<T>(length).fill(item)
  const run = (input: object, options = {}): ValidationError[] =>
    (compileValidator(Lists, { whitelist: true, ...options }).run(input) as { errors: ValidationError[] })
      .errors

  it.each<[string, object]>([
    ['typed', { items: list(100_001, { count: 1 }) }],
    ['of primitives', { texts: list(100_001, 'a') }],
    ['untyped', { any: { deep: list(100_001, 1) } }],
  ])('are refused beyond the bound: %s', (_title, input) => {
    const refusal = expect.objectContaining({ code: 'CORBEL_VALIDATION_SIZE', status: 400 }) as Error
    expect(() => run(input)).toThrow(refusal)
    expect(run(input, { maxItems: 100_001 })).toEqual([])
  })

  it('are not compared item by item without a bound', () => {
    const numbers = Array.from({ length: MAX_UNIQUE_ITEMS + 1 }, (_, index) => index)
    expect(run({ unique: numbers })[0]!.constraints).toEqual({
      arrayUnique: "All unique's elements must be unique",
    })
    expect(run({ unique: numbers.slice(0, 1000) })).toEqual([])
  })

  it('are looked at no further than failures are answered', () => {
    const { items } = { items: list(50_000, { count: 'x' }) }
    const [error] = run({ items }, { maxErrors: 5 })
    expect(error!.children).toHaveLength(5)
    expect(run({ items: items.slice(0, 200) })[0]!.children).toHaveLength(200)
  })

  it('and deep values are refused with 400 over HTTP', async () => {
    class Mail {
      @IsEmail({}, { each: true }) to: string[]
      @IsOptional() any?: unknown
    }
    @Controller()
    class Mails {
      @Post() send(@Body() mail: Mail): number {
        return mail.to.length
      }
    }
    @Module({ controllers: [Mails] })
    class Root {}
    const { post } = await serve(Root)
    const to = ['a@example.com']
    for (const [body, code] of [
      [{ to: list(100_001, 'a') }, 'CORBEL_VALIDATION_SIZE'],
      [{ to, any: JSON.parse('['.repeat(80) + ']'.repeat(80)) as unknown }, 'CORBEL_VALIDATION_DEPTH'],
    ] as const) {
      const answer = await post('/', body)
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, code])
    }
    expect((await post('/', { to })).status).toBe(201)
  })
})
