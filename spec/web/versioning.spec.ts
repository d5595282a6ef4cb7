import {
  Controller,
  Get,
  Module,
  Param,
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
  @Get(':id') one(@Param('id') id: string) {
    return `v1 ${id}`
  }
  @Get('special') @Version('2') special() {
    return 'v2 special'
  }
}
@Controller({ path: 'cats', version: ['2', '3'] })
class CatsV2 {
  @Get() list() {
    return 'v2 list'
  }
  @Get(':name') one(@Param('name') name: string) {
    return `v2 ${name}`
  }
}
@Controller({ path: 'health', version: VERSION_NEUTRAL })
class Health {
  @Get() read() {
    return 'healthy'
  }
}
@Controller('mixed')
class Mixed {
  @Get() @Version(['1', VERSION_NEUTRAL]) both() {
    return 'one and neutral'
  }
  @Get() @Version('2') two() {
    return 'two'
  }
}
@Controller('plain')
class Plain {
  @Get() read() {
    return 'plain'
  }
}

const start = (versioning: VersioningOptions | undefined, ...more: Class[]) => {
  @Module({ controllers: [CatsV1, CatsV2, Health, Mixed, Plain, ...more] })
  class AppModule {}
  return serve(AppModule, {}, (app) => versioning !== undefined && app.enableVersioning(versioning))
}

overProtocols('URI versioning', () => {
  it('puts the version in front of the path, and is the default type', async () => {
    for (const options of [{}, { type: VersioningType.URI }]) {
      const { text, fetch } = await start(options)
      expect(await text('/v1/cats')).toBe('v1 list')
      expect(await text('/v2/cats')).toBe('v2 list')
      expect(await text('/v3/cats/tom')).toBe('v2 tom')
      expect(await text('/v2/cats/special')).toBe('v2 special')
      expect(await text('/v1/cats/special')).toBe('v1 special')
      expect((await fetch('/cats')).status).toBe(404)
      expect((await fetch('/v4/cats')).status).toBe(404)
    }
  })

  it('leaves neutral and unversioned routes where they are', async () => {
    const { text, fetch } = await start({})
    expect(await text('/health')).toBe('healthy')
    expect(await text('/plain')).toBe('plain')
    expect(await text('/mixed')).toBe('one and neutral')
    expect(await text('/v1/mixed')).toBe('one and neutral')
    expect(await text('/v2/mixed')).toBe('two')
    expect((await fetch('/v1/health')).status).toBe(404)
  })

  it('takes another prefix, or none', async () => {
    expect(await (await start({ prefix: 'version-' })).text('/version-1/cats')).toBe('v1 list')
    expect(await (await start({ prefix: false })).text('/1/cats')).toBe('v1 list')
  })

  it('gives routes without a version the default one', async () => {
    const { text, fetch } = await start({ defaultVersion: '7' })
    expect(await text('/v7/plain')).toBe('plain')
    expect((await fetch('/plain')).status).toBe(404)
    const several = await start({ defaultVersion: ['7', VERSION_NEUTRAL] })
    expect(await several.text('/v7/plain')).toBe('plain')
    expect(await several.text('/plain')).toBe('plain')
  })

  it('stands between the global prefix and the path', async () => {
    @Module({ controllers: [CatsV1] })
    class AppModule {}
    const { text } = await serve(AppModule, {}, (app) => app.setGlobalPrefix('api').enableVersioning())
    expect(await text('/api/v1/cats')).toBe('v1 list')
  })
})

overProtocols('versioning', () => {
  describe.each<
    [string, VersioningOptions, (version: string) => [path: string, headers: Record<string, string>]]
  >([
    [
      'header versioning',
      { type: VersioningType.HEADER, header: 'X-Version' },
      (version) => ['', { 'x-version': version }],
    ],
    [
      'media type versioning',
      { type: VersioningType.MEDIA_TYPE, key: 'v=' },
      (version) => ['', { accept: `text/html, application/json;v=${version}` }],
    ],
    ['query versioning', { type: VersioningType.QUERY, key: 'ver' }, (version) => [`?ver=${version}`, {}]],
    [
      'custom versioning',
      { type: VersioningType.CUSTOM, extractor: (request) => String(request.headers['x-custom'] ?? '') },
      (version) => ['', { 'x-custom': version }],
    ],
  ])('%s', (_name, options, ask) => {
    const asking = async (path: string, version: string | undefined, more: VersioningOptions = {}) => {
      const { fetch } = await start({ ...options, ...more })
      const [query, headers] = version === undefined ? ['', {}] : ask(version)
      const answer = await fetch(path + query, { headers })
      return answer.status === 200 ? answer.text() : answer.status
    }

    it('leads to the routes of the version', async () => {
      expect(await asking('/cats', '1')).toBe('v1 list')
      expect(await asking('/cats', '2')).toBe('v2 list')
      expect(await asking('/cats', '3')).toBe('v2 list')
      expect(await asking('/cats/tom', '1')).toBe('v1 tom')
      expect(await asking('/cats/tom', '3')).toBe('v2 tom')
    })

    it('never lets a route of one version hide those of another', async () => {
      expect(await asking('/cats/special', '2')).toBe('v2 special')
      expect(await asking('/cats/special', '1')).toBe('v1 special')
    })

    it('answers 404 for an unknown version or none', async () => {
      expect(await asking('/cats', '4')).toBe(404)
      expect(await asking('/cats', undefined)).toBe(404)
    })

    it('serves neutral and unversioned routes for every version and for none', async () => {
      for (const version of ['1', '9', undefined]) {
        expect(await asking('/health', version)).toBe('healthy')
        expect(await asking('/plain', version)).toBe('plain')
      }
    })

    it('prefers the version to the neutral route', async () => {
      expect(await asking('/mixed', '2')).toBe('two')
      expect(await asking('/mixed', '1')).toBe('one and neutral')
      expect(await asking('/mixed', undefined)).toBe('one and neutral')
    })

    it('gives routes without a version the default one', async () => {
      expect(await asking('/plain', '7', { defaultVersion: '7' })).toBe('plain')
      expect(await asking('/plain', undefined, { defaultVersion: '7' })).toBe(404)
      expect(await asking('/plain', undefined, { defaultVersion: VERSION_NEUTRAL })).toBe('plain')
    })

    it('answers 405 within the version', async () => {
      const { fetch } = await start(options)
      const [query, headers] = ask('1')
      const answer = await fetch(`/cats${query}`, { method: 'DELETE', headers })
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toContain('GET')
    })
  })
})

overProtocols('custom versioning', () => {
  it('may name several versions, the best first', async () => {
    const { text } = await start({
      type: VersioningType.CUSTOM,
      extractor: (request) => String(request.headers['versions'] ?? '').split(','),
    })
    expect(await text('/cats', { headers: { versions: '9,3,1' } })).toBe('v2 list')
    expect(await text('/cats', { headers: { versions: '9,1,3' } })).toBe('v1 list')
  })

  it('is answered with 500 if the extractor throws', async () => {
    const { fetch } = await start({
      type: VersioningType.CUSTOM,
      extractor: () => {
        throw new Error('x')
      },
    })
    expect((await fetch('/cats')).status).toBe(500)
  })
})

overProtocols('@Version on a class', () => {
  it('counts like the option of @Controller, and a method overrides it', async () => {
    @Version('5')
    @Controller('own')
    class Own {
      @Get() five() {
        return 'five'
      }
      @Get('six') @Version('6') six() {
        return 'six'
      }
    }
    const { text, fetch } = await start({}, Own)
    expect(await text('/v5/own')).toBe('five')
    expect(await text('/v6/own/six')).toBe('six')
    expect((await fetch('/v5/own/six')).status).toBe(404)
  })
})
