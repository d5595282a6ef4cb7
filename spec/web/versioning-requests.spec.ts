import {
  All,
  Body,
  Controller,
  createApp,
  Delete,
  Get,
  Head,
  HttpCode,
  Module,
  Options,
  Param,
  Post,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type Class,
  type VersioningOptions,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller({ path: 'cats', version: '1' })
class CatsV1 {
  @Get() list() {
    return 'v1 list'
  }
  @Post() add(@Body('name') name: string) {
    return `v1 added ${name}`
  }
}
@Controller({ path: 'cats', version: '2' })
class CatsV2 {
  @Get() list() {
    return 'v2 list'
  }
  @Get(':id/toys') toys(@Param('id') id: string) {
    return `v2 toys of ${id}`
  }
  @Delete() @HttpCode(204) clear() {}
}
@Controller({ path: 'cats', version: VERSION_NEUTRAL })
class CatsAnyVersion {
  @Get('about') about() {
    return 'about'
  }
  @Options('about') options() {
    return 'own options'
  }
}

const start = (versioning: VersioningOptions, ...controllers: Class[]) => {
  @Module({ controllers: controllers.length > 0 ? controllers : [CatsV1, CatsV2, CatsAnyVersion] })
  class AppModule {}
  return serve(AppModule, {}, (app) => app.enableVersioning(versioning))
}
const byHeader: VersioningOptions = { type: VersioningType.HEADER, header: 'X-Version' }

overProtocols('versions', () => {
  describe.each<
    [
      string,
      VersioningOptions,
      (path: string, version: string) => [path: string, headers: Record<string, string>],
    ]
  >([
    ['in the path', {}, (path, version) => [`/v${version}${path}`, {}]],
    ['in a header', byHeader, (path, version) => [path, { 'x-version': version }]],
  ])('methods, with the version %s', (_name, options, at) => {
    const ask = async (method: string, path: string, version: string, body?: object) => {
      const { fetch } = await start(options)
      const [target, headers] = at(path, version)
      const json = body === undefined ? undefined : JSON.stringify(body)
      return fetch(target, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        ...(json !== undefined && { body: json }),
      })
    }

    it('each version has methods of its own', async () => {
      const added = await ask('POST', '/cats', '1', { name: 'Tom' })
      expect([added.status, await added.text()]).toEqual([201, 'v1 added Tom'])
      expect((await ask('DELETE', '/cats', '2')).status).toBe(204)
    })

    it('a method that only another version has is answered with 405 and what this version allows', async () => {
      const one = await ask('DELETE', '/cats', '1')
      expect([one.status, one.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS, POST'])
      const two = await ask('POST', '/cats', '2', {})
      expect([two.status, two.headers.get('allow')]).toEqual([405, 'DELETE, GET, HEAD, OPTIONS'])
    })

    it('HEAD follows the GET of the version', async () => {
      const answer = await ask('HEAD', '/cats/7/toys', '2')
      expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '12'])
      expect((await ask('HEAD', '/cats/7/toys', '1')).status).toBe(404)
    })

    it('OPTIONS tells the methods of the version', async () => {
      const answer = await ask('OPTIONS', '/cats', '2')
      expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS'])
      expect((await ask('OPTIONS', '/cats', '9')).status).toBe(404)
    })
  })
})

overProtocols('a version in a header', () => {
  it('405 joins what the version and the neutral routes of the path allow', async () => {
    @Controller({ path: 'both', version: '1' })
    class One {
      @Post() add() {}
    }
    @Controller('both')
    class Every {
      @Get() read() {
        return 'every'
      }
    }
    const { fetch, text } = await start(byHeader, One, Every)
    const answer = await fetch('/both', { method: 'DELETE', headers: { 'x-version': '1' } })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS, POST'])
    expect(await text('/both', { headers: { 'x-version': '1' } })).toBe('every')
    expect((await fetch('/both', { method: 'POST', headers: { 'x-version': '2' } })).status).toBe(405)
  })

  it('reaches @All and @Head of its version', async () => {
    @Controller({ path: 'any', version: '1' })
    class One {
      @All() any() {
        return 'all of 1'
      }
    }
    @Controller({ path: 'any', version: '2' })
    class Two {
      @Head() head() {}
    }
    const { fetch, text } = await start(byHeader, One, Two)
    expect(await text('/any', { method: 'PATCH', headers: { 'x-version': '1' } })).toBe('all of 1')
    expect((await fetch('/any', { method: 'HEAD', headers: { 'x-version': '2' } })).status).toBe(200)
    expect((await fetch('/any', { headers: { 'x-version': '2' } })).status).toBe(405)
  })

  it('neutral OPTIONS routes answer for every version', async () => {
    const { text } = await start(byHeader)
    for (const headers of [{}, { 'x-version': '2' }] as Record<string, string>[])
      expect(await text('/cats/about', { method: 'OPTIONS', headers })).toBe('own options')
  })

  it('is X-API-Version unless it is named, and white space around it does not count', async () => {
    const { text } = await start({ type: VersioningType.HEADER })
    expect(await text('/cats', { headers: { 'X-API-Version': ' 2 ' } })).toBe('v2 list')
  })

  it('takes versions that are no numbers', async () => {
    @Controller({ path: 'dated', version: '2024-01-31.beta' })
    class Dated {
      @Get() read() {
        return 'dated'
      }
    }
    const header = await start(byHeader, Dated)
    expect(await header.text('/dated', { headers: { 'x-version': '2024-01-31.beta' } })).toBe('dated')
    const path = await start({ prefix: false }, Dated)
    expect(await path.text('/2024-01-31.beta/dated')).toBe('dated')
    const inherited = await header.fetch('/dated', { headers: { 'x-version': '__proto__' } })
    expect(inherited.status).toBe(404)
  })
})

overProtocols('a version in Accept', () => {
  const ask = async (accept: string, key?: string) => {
    const { fetch } = await start({ type: VersioningType.MEDIA_TYPE, ...(key !== undefined && { key }) })
    const answer = await fetch('/cats', { headers: { accept } })
    return answer.status === 200 ? answer.text() : answer.status
  }

  it.each([
    ['application/json;v=2', 'v2 list'],
    ['application/json; v=2', 'v2 list'],
    ['application/json ;V=2;q=0.5', 'v2 list'],
    ['application/json;q=0.5;v=2', 'v2 list'],
    ['application/json;v="2"', 'v2 list'],
    ['text/html, application/json;v=1', 'v1 list'],
    ['application/json;v=1;q=0.2, application/json;v=2', 'v2 list'],
    ['application/json;v=9, application/json;v=1;q=0.1', 'v1 list'],
    ['application/json;v=1;q=0', 404],
    ['application/json;v=9', 404],
    ['application/json;v=', 404],
    ['application/json', 404],
    ['*/*', 404],
  ])('%s', async (accept, expected) => expect(await ask(accept)).toBe(expected))

  it('is found by another key', async () => {
    expect(await ask('application/json;version=2', 'version=')).toBe('v2 list')
    expect(await ask('application/json;v=2', 'version=')).toBe(404)
  })
})

overProtocols('a version in the query', () => {
  it('is found beside other parameters; of several the first that exists counts', async () => {
    const { text, fetch } = await start({ type: VersioningType.QUERY, key: 'version' })
    expect(await text('/cats?x=1&version=2&y=3')).toBe('v2 list')
    expect(await text('/cats?version=9&version=1')).toBe('v1 list')
    expect((await fetch('/cats?v=2')).status).toBe(404)
  })
})

overProtocols('a version from an extractor', () => {
  it.each<[string, unknown, string | number]>([
    ['a string', '2', 'v2 list'],
    ['an array, the best first', ['2', '1'], 'v2 list'],
    ['an array with unknown ones', ['9', '1', '2'], 'v1 list'],
    ['an empty array', [], 404],
    ['undefined', undefined, 404],
    ['an empty string', '', 404],
    ['an array of empty strings', [''], 404],
  ])('%s', async (_name, value, expected) => {
    const extractor = (() => value) as NonNullable<VersioningOptions['extractor']>
    const { fetch } = await start({ type: VersioningType.CUSTOM, extractor })
    const answer = await fetch('/cats')
    expect(answer.status === 200 ? await answer.text() : answer.status).toBe(expected)
  })

  it('prefers what the array prefers, not what was declared first', async () => {
    @Controller('doc')
    class Doc {
      @Get() @Version('1') one() {
        return 'one'
      }
      @Get() @Version(['2', '3']) two() {
        return 'two or three'
      }
    }
    const extractor: VersioningOptions['extractor'] = (request) =>
      String(request.headers['x-versions']).split(',')
    const { text } = await start({ type: VersioningType.CUSTOM, extractor }, Doc)
    expect(await text('/doc', { headers: { 'x-versions': '3,1' } })).toBe('two or three')
    expect(await text('/doc', { headers: { 'x-versions': '1,3' } })).toBe('one')
  })

  it('sees the whole request', async () => {
    const extractor: VersioningOptions['extractor'] = (request) => String(request.query['api'] ?? '1')
    const { text } = await start({ type: VersioningType.CUSTOM, extractor })
    expect(await text('/cats?api=2')).toBe('v2 list')
    expect(await text('/cats')).toBe('v1 list')
  })
})

describe('mistakes', () => {
  it('CORBEL_VERSIONING_INVALID says what an option lacks', async () => {
    @Module({})
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    expect(() => app.enableVersioning({ type: VersioningType.CUSTOM })).toThrow(/CUSTOM needs an extractor/)
    expect(() => app.enableVersioning({ type: 9 as never })).toThrow(/9 is no VersioningType/)
    expect(() => app.enableVersioning({ defaultVersion: [] })).toThrow(/empty list/)
    await app.close()
  })

  it('CORBEL_VERSIONING_OFF: versions of one path need enableVersioning()', async () => {
    @Module({ controllers: [CatsV1, CatsV2] })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    await expect(app.init()).rejects.toThrow(/enableVersioning\(\)/)
    await app.close()
  })
})
