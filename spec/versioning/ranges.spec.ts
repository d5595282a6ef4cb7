import { Controller, Get, Version, VERSION_NEUTRAL, VersioningType, type VersioningOptions } from 'corbel'
import { fc } from '../support/properties.js'
import { compareParts, parseVersion, versionOrder } from '../../lib/versioning/version-order.js'
import { compileRange, isRange } from '../../lib/versioning/version-range.js'
import { read, start } from './start.js'

@Controller('cats')
class Cats {
  @Get() @Version('1') one(): string {
    return 'one'
  }
  @Get() @Version('>=2 <10') some(): string {
    return 'some'
  }
  @Get() @Version('>=10') many(): string {
    return 'many'
  }
  @Get('about') @Version(['*', VERSION_NEUTRAL]) about(): string {
    return 'about'
  }
}
@Controller({ path: 'marks', version: ['2', '3', '10'] })
class Marks {
  @Get() list(): string {
    return 'marks'
  }
}

describe('ranges of versions', () => {
  it('mean the versions that the application has', async () => {
    const app = await start({ controllers: [Cats, Marks] })
    expect(await read(app, '/v1/cats')).toBe('one')
    expect(await read(app, '/v2/cats')).toBe('some')
    expect(await read(app, '/v3/cats')).toBe('some')
    expect(await read(app, '/v10/cats')).toBe('many')
    expect(await read(app, '/v4/cats')).toBe(404)
    expect(await read(app, '/v10/cats/about')).toBe('about')
    expect(await read(app, '/cats/about')).toBe('about')
  })

  it('with the version in a header', async () => {
    const app = await start({ controllers: [Cats, Marks] }, { type: VersioningType.HEADER })
    expect(await read(app, { url: '/cats', headers: { 'x-api-version': '3' } })).toBe('some')
    expect(await read(app, { url: '/cats', headers: { 'x-api-version': '>=2 <10' } })).toBe(404)
    expect(await read(app, '/cats/about')).toBe('about')
  })

  it('as the default version', async () => {
    @Controller('plain')
    class Plain {
      @Get() get(): string {
        return 'plain'
      }
    }
    const app = await start({ controllers: [Cats, Marks, Plain] }, { defaultVersion: '>2' })
    expect(await read(app, '/v2/plain')).toBe(404)
    expect(await read(app, '/v10/plain')).toBe('plain')
  })

  it('of listed versions follow the order of the list', async () => {
    @Controller('x')
    class Named {
      @Get() @Version('>=beta') x(): string {
        return 'x'
      }
    }
    const app = await start({ controllers: [Named] }, { versions: ['alpha', 'beta', 'one'] })
    expect(await read(app, '/valpha/x')).toBe(404)
    expect(await read(app, '/vbeta/x')).toBe('x')
    expect(await read(app, '/vone/x')).toBe('x')
  })

  describe('that cannot be meant are refused at boot:', () => {
    const wrong: [string, string | string[], VersioningOptions, string][] = [
      ['no version fits', '>=7', {}, 'CORBEL_VERSION_UNKNOWN'],
      ['a version that is not listed', '7', { versions: ['1', '2'] }, 'CORBEL_VERSION_UNKNOWN'],
      ['a limit that is not listed', '>=7', { versions: ['1', 'b'] }, 'CORBEL_VERSION_ORDER'],
      ['no order', ['>=1', 'red'], {}, 'CORBEL_VERSION_ORDER'],
      ['no version behind the comparator', '>= ', {}, 'CORBEL_VERSION_RANGE_INVALID'],
      ['an empty part', '1 ||', {}, 'CORBEL_VERSION_RANGE_INVALID'],
      ['two comparators', '>=<2', {}, 'CORBEL_VERSION_RANGE_INVALID'],
    ]
    it.each(wrong)('%s', async (_name, version, options, code) => {
      @Controller({ path: 'x', version })
      class Wrong {
        @Get() x(): void {}
      }
      @Controller({ path: 'y', version: '1' })
      class Right {
        @Get() y(): void {}
      }
      await expect(start({ controllers: [Wrong, Right] }, options)).rejects.toThrow(code)
    })
  })
})

describe('the order of versions', () => {
  it('is that of their numbers', () => {
    const sorted = ['0.9', '1', '1.0.1', '1.2.0-alpha', '1.2.0-alpha.1', '1.2.0-alpha.beta', '1.2.0-beta.2', '1.2.0-beta.11', '1.2.0', 'v2', '10', '2024-01-31', '2024-02-01'] // prettier-ignore
    const { compare } = versionOrder(undefined)
    expect([...sorted].reverse().sort(compare)).toEqual(sorted)
    expect(compare('1', '1.0')).toBe(0)
    expect(compare('1+build', '1.0')).toBe(0)
  })

  it('reads nothing into other texts', () => {
    for (const text of [
      '',
      'latest',
      '-1',
      '1..2',
      '1.',
      '1.2.0-ä',
      '1 2',
      'x'.repeat(65),
      '9'.repeat(10),
      '1-',
    ]) {
      expect(parseVersion(text), text).toBeUndefined()
    }
  })

  it('is an order, whatever versions there are', () => {
    const version = fc.tuple(
      fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '-a', '-a.1', '-1', '-b'),
    )
    const text = version.map(([numbers, rest]) => `${numbers.join('.')}${rest}`)
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const compare = (x: string, y: string): number =>
          Math.sign(compareParts(parseVersion(x)!, parseVersion(y)!))
        expect(compare(a, b)).toBe(-compare(b, a) + 0)
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })

  it('decides ranges as their comparators say', () => {
    const test = (range: string) => compileRange(range, parseVersion, compareParts)
    const has = (range: string, version: string): boolean => test(range)(parseVersion(version)!)
    expect(has('>=1.2 <2', '1.10')).toBe(true)
    expect(has('>=1.2 <2', '2')).toBe(false)
    expect(has('<1 || >=3', '2')).toBe(false)
    expect(has('<1 || >=3', '3.1')).toBe(true)
    expect(has('1.2', '1.2.0')).toBe(true)
    expect(has('=1.2', '1.3')).toBe(false)
    expect(has('<=2 >1', '2.0')).toBe(true)
    expect(has('*', '0')).toBe(true)
  })

  it('tells ranges from names', () => {
    expect(['>=1', ' <2', '*', '1 || 2', '=1'].every(isRange)).toBe(true)
    expect(['1', '2024-01-01', 'beta', 'v1.x'].some(isRange)).toBe(false)
  })
})
