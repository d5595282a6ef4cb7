import { IsInt, IsString } from 'class-validator'
import { HttpException, type ArgumentMetadata, type PipeTransform } from '../../lib/pipeline/index.js'
import {
  DefaultValuePipe,
  EnumMissing,
  InputTooLong,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseDatePipe,
  ParseEnumPipe,
  ParseFloatPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  type ParsePipeOptions,
} from '../../lib/validation/index.js'
import { z } from 'zod'

enum Role {
  Admin = 'admin',
  Editor = 'editor',
}
enum Level {
  Low,
  High = 5,
  Named = 'named',
}

const named = z.object({ name: z.string() })

class Tag {
  @IsString()
  name: string
}

const metadata: ArgumentMetadata = { type: 'query', data: 'value' }
const v4 = '9b2ff0a4-0a4e-4b1e-9d3c-3f1d2a1b4c5d'
const v7 = '01890a5d-ac96-774b-bcce-b302099a8057'

function messageOf(pipe: PipeTransform, value: unknown): unknown {
  try {
    pipe.transform(value, metadata)
  } catch (error) {
    const exception = error as HttpException
    expect(exception.getStatus()).toBe(400)
    return (exception.getResponse() as { message: unknown }).message
  }
  throw new Error('nothing was refused')
}

const numeric = 'Validation failed (numeric string is expected)'
const list = 'Validation failed (parsable array expected)'

describe('parse pipes accept', () => {
  it.each<[PipeTransform, unknown, unknown]>([
    [new ParseIntPipe(), '12', 12],
    [new ParseIntPipe(), '-12', -12],
    [new ParseIntPipe(), 12, 12],
    [new ParseFloatPipe(), '1.5', 1.5],
    [new ParseFloatPipe(), '-1e3', -1000],
    [new ParseFloatPipe(), 1.5, 1.5],
    [new ParseBoolPipe(), 'true', true],
    [new ParseBoolPipe(), false, false],
    [new ParseUUIDPipe(), v4, v4],
    [new ParseUUIDPipe({ version: '4' }), v4.toUpperCase(), v4.toUpperCase()],
    [new ParseUUIDPipe({ version: 4 }), v4, v4],
    [new ParseUUIDPipe({ version: '7' }), v7, v7],
    [new ParseEnumPipe(Role), 'admin', Role.Admin],
    [new ParseEnumPipe(Level), '5', Level.High],
    [new ParseEnumPipe(Level), 0, Level.Low],
    [new ParseEnumPipe(Level), 'named', Level.Named],
    [new ParseEnumPipe({ a: 'b', b: 'a' }), 'a', 'a'],
    [new ParseFloatPipe(), '+.5', 0.5],
    [new ParseDatePipe(), '2020-01-01', new Date('2020-01-01')],
    [new ParseDatePipe(), 0, new Date(0)],
    [new ParseArrayPipe(), '', ['']],
    [new ParseArrayPipe(), 'a,b', ['a', 'b']],
    [new ParseArrayPipe({ separator: '|' }), ' 1|2 ', ['1', '2']],
    [new ParseArrayPipe({ items: Number }), '1,2.5', [1, 2.5]],
    [new ParseArrayPipe({ items: Boolean }), 'true,false', [true, false]],
    [new ParseArrayPipe({ items: String }), [1, 'a'], ['1', 'a']],
    [new ParseArrayPipe({ items: Tag }), [{ name: 'a' }], [Object.assign(new Tag(), { name: 'a' })]],
    [
      new ParseArrayPipe({ items: Tag, separator: ';' }),
      '{"name":"a"}',
      [Object.assign(new Tag(), { name: 'a' })],
    ],
    [new ParseArrayPipe({ items: named }), [{ name: 'a' }], [{ name: 'a' }]],
    [new ParseArrayPipe({ items: named, separator: ';' }), '{"name":"a"}', [{ name: 'a' }]],
    [new ParseArrayPipe({ items: z.string() }), ['1', 'a'], ['1', 'a']],
    [new ParseArrayPipe({ maxItems: 2 }), '1,2', ['1', '2']],
    [new DefaultValuePipe(1), undefined, 1],
    [new DefaultValuePipe(1), null, 1],
    [new DefaultValuePipe(1), Number.NaN, 1],
    [new DefaultValuePipe(1), 0, 0],
    [new DefaultValuePipe('a'), '', ''],
  ])('%o: %o', (pipe, value, expected) => {
    expect(pipe.transform(value, metadata)).toStrictEqual(expected)
  })
})

describe('parse pipes refuse', () => {
  it.each<[PipeTransform, unknown, unknown]>([
    [new ParseIntPipe(), '1.5', numeric],
    [new ParseIntPipe(), '12abc', numeric],
    [new ParseIntPipe(), '', numeric],
    [new ParseIntPipe(), undefined, numeric],
    [new ParseIntPipe(), ['1'], numeric],
    [new ParseIntPipe(), '9'.repeat(400), numeric],
    [new ParseFloatPipe(), '1.5abc', numeric],
    [new ParseFloatPipe(), ' ', numeric],
    [new ParseFloatPipe(), 'Infinity', numeric],
    [new ParseBoolPipe(), '1', 'Validation failed (boolean string is expected)'],
    [new ParseBoolPipe(), undefined, 'Validation failed (boolean string is expected)'],
    [new ParseUUIDPipe(), 'x', 'Validation failed (uuid is expected)'],
    [new ParseUUIDPipe({ version: '7' }), v4, 'Validation failed (uuid v 7 is expected)'],
    [new ParseUUIDPipe(), 7, 'The value passed as UUID is not a string'],
    [new ParseEnumPipe(Role), 'root', 'Validation failed (enum string is expected)'],
    [new ParseEnumPipe(Role), 'toString', 'Validation failed (enum string is expected)'],
    [new ParseEnumPipe(Level), 'Low', 'Validation failed (enum string is expected)'],
    [new ParseEnumPipe(Level), '05', 'Validation failed (enum string is expected)'],
    [new ParseFloatPipe(), '0x10', numeric],
    [new ParseFloatPipe(), '1e999', numeric],
    [new ParseFloatPipe(), ['1'], numeric],
    [new ParseFloatPipe(), ' 1', numeric],
    [new ParseDatePipe(), true, 'Validation failed (invalid date format)'],
    [new ParseDatePipe(), 10n, 'Validation failed (invalid date format)'],
    [new ParseArrayPipe({ items: Number }), '1,0x1', '[1] item must be a number'],
    [new ParseArrayPipe({ items: Number }), '1e999', '[0] item must be a number'],
    [new ParseDatePipe(), '', 'Validation failed (no Date provided)'],
    [new ParseDatePipe(), undefined, 'Validation failed (no Date provided)'],
    [new ParseDatePipe(), 'soon', 'Validation failed (invalid date format)'],
    [new ParseDatePipe(), {}, 'Validation failed (invalid date format)'],
    [new ParseArrayPipe(), undefined, list],
    [new ParseArrayPipe(), null, list],
    [new ParseArrayPipe({ items: Number }), '', '[0] item must be a number'],
    [new ParseArrayPipe(), { 0: 'a' }, list],
    [new ParseArrayPipe({ items: Number }), '1,x', '[1] item must be a number'],
    [new ParseArrayPipe({ items: Boolean }), 'true,1', '[1] item must be a boolean value'],
    [new ParseArrayPipe({ items: Tag }), [{ name: 'a' }, { name: 1 }], ['name must be a string']],
    [
      new ParseArrayPipe({ items: Tag, stopAtFirstError: false }),
      [{ name: 2 }, { name: 1 }],
      ['[0] name must be a string', '[1] name must be a string'],
    ],
    [
      new ParseArrayPipe({ items: Number, stopAtFirstError: false }),
      'x,1,y',
      ['[0] item must be a number', '[2] item must be a number'],
    ],
  ])('%o: %o', (pipe, value, message) => {
    expect(messageOf(pipe, value)).toEqual(message)
  })

  it('more items than the bound', () => {
    const pipe = new ParseArrayPipe({ maxItems: 2 })
    expect(() => pipe.transform('1,2,3')).toThrow(InputTooLong)
    expect(() => pipe.transform([1, 2, 3])).toThrow(InputTooLong)
  })

  it('items that are not as their schema wants them', () => {
    expect(messageOf(new ParseArrayPipe({ items: named }), [{ name: 1 }])).toEqual([
      expect.stringMatching(/^name: /),
    ])
  })

  it('an enum that is not there', () => {
    expect(() => new ParseEnumPipe(undefined as never)).toThrow(EnumMissing)
  })
})

describe.each<[string, (options: ParsePipeOptions) => PipeTransform]>([
  ['ParseIntPipe', (options) => new ParseIntPipe(options)],
  ['ParseFloatPipe', (options) => new ParseFloatPipe(options)],
  ['ParseBoolPipe', (options) => new ParseBoolPipe(options)],
  ['ParseUUIDPipe', (options) => new ParseUUIDPipe(options)],
  ['ParseEnumPipe', (options) => new ParseEnumPipe(Role, options)],
  ['ParseDatePipe', (options) => new ParseDatePipe(options)],
  ['ParseArrayPipe', (options) => new ParseArrayPipe(options as object)],
])('%s', (_name, make) => {
  const wrong = { unexpected: true }

  it('lets missing values through if optional', () => {
    expect(make({ optional: true }).transform(undefined, metadata)).toBeUndefined()
    expect(make({ optional: true }).transform(null, metadata)).toBeNull()
    expect(() => make({}).transform(undefined, metadata)).toThrow(HttpException)
  })

  it('answers with another status', () => {
    expect(() => make({ errorHttpStatusCode: 418 }).transform(wrong, metadata)).toThrow(
      expect.objectContaining({ status: 418 }),
    )
  })

  it('makes the exception by exceptionFactory', () => {
    const exceptionFactory = (message: string) => new RangeError(message)
    expect(() => make({ exceptionFactory }).transform(wrong, metadata)).toThrow(RangeError)
  })
})

describe('ParseArrayPipe of objects', () => {
  class Item {
    @IsString() name: string
    @IsInt() count: number
  }

  it('tells the messages of each item by their path, if asked to group them', () => {
    const pipe = new ParseArrayPipe({ items: Item, stopAtFirstError: false, errorFormat: 'grouped' })
    expect(
      messageOf(pipe, [
        { name: 'a', count: 1 },
        { name: 1, count: 'x' },
      ]),
    ).toEqual(['[1] name: name must be a string', '[1] count: count must be an integer number'])
  })

  it('gives exceptionFactory the errors of an item', () => {
    const exceptionFactory = (error: unknown) =>
      new RangeError((error as { property: string }[]).map(({ property }) => property).join())
    const pipe = new ParseArrayPipe({ items: Item, exceptionFactory })
    expect(() => pipe.transform([{ name: 1, count: 'x' }])).toThrow(new RangeError('name,count'))
  })
})

describe('ParseDatePipe', () => {
  it.each([true, false])('supplies its default, optional or not: %s', (optional) => {
    const pipe = new ParseDatePipe({ optional, default: () => new Date(0) })
    expect(pipe.transform(undefined)).toEqual(new Date(0))
    expect(pipe.transform(null)).toEqual(new Date(0))
    expect(() => pipe.transform('')).toThrow(HttpException)
  })
})
