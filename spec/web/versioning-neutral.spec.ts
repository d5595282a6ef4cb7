import {
  Controller,
  Get,
  Module,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type Class,
  type VersioningOptions,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller('mixed')
class Mixed {
  @Get() @Version(['1', '2', VERSION_NEUTRAL]) some() {
    return '1, 2 and none'
  }
}
@Controller({ path: 'neutral', version: VERSION_NEUTRAL })
class Neutral {
  @Get() every() {
    return 'every version'
  }
  @Get() @Version('2') two() {
    return 'only 2'
  }
  @Get('three') @Version('3') three() {
    return 'only 3'
  }
}
@Controller({ path: 'listed', version: [VERSION_NEUTRAL] })
class Listed {
  @Get() every() {
    return 'every version'
  }
}
@Controller('plain')
class Plain {
  @Get() read() {
    return 'plain'
  }
  @Get('own') @Version('9') own() {
    return 'nine'
  }
}

const reader = async (options: VersioningOptions, ...controllers: Class[]) => {
  @Module({ controllers })
  class AppModule {}
  return serve(AppModule, {}, (app) => app.enableVersioning(options))
}

overProtocols('with the version in the path', () => {
  it('a list with VERSION_NEUTRAL is served with these versions and without one', async () => {
    const { text, fetch } = await reader({}, Mixed)
    for (const path of ['/mixed', '/v1/mixed', '/v2/mixed']) expect(await text(path)).toBe('1, 2 and none')
    expect((await fetch('/v3/mixed')).status).toBe(404)
  })

  it('a method takes another version than its neutral controller', async () => {
    const { text, fetch } = await reader({}, Neutral, Listed)
    expect(await text('/neutral')).toBe('every version')
    expect(await text('/v2/neutral')).toBe('only 2')
    expect(await text('/v3/neutral/three')).toBe('only 3')
    expect((await fetch('/neutral/three')).status).toBe(404)
    expect(await text('/listed')).toBe('every version')
  })

  it.each<[string, VersioningOptions['defaultVersion'], string[], string[]]>([
    ['a version', '1', ['/v1/plain'], ['/plain', '/v2/plain']],
    ['several versions', ['1', '2'], ['/v1/plain', '/v2/plain'], ['/plain', '/v3/plain']],
    ['VERSION_NEUTRAL', VERSION_NEUTRAL, ['/plain'], ['/v1/plain']],
    ['a list with VERSION_NEUTRAL', [VERSION_NEUTRAL, '1'], ['/plain', '/v1/plain'], ['/v2/plain']],
    ['nothing', undefined, ['/plain'], ['/v1/plain']],
  ])('%s as default version', async (_name, defaultVersion, served, missing) => {
    const options: VersioningOptions = defaultVersion === undefined ? {} : { defaultVersion }
    const { text, fetch } = await reader(options, Plain)
    for (const path of served) expect(await text(path)).toBe('plain')
    for (const path of missing) expect((await fetch(path)).status).toBe(404)
    expect(await text('/v9/plain/own')).toBe('nine')
    expect((await fetch('/v1/plain/own')).status).toBe(404)
  })
})

overProtocols('neutral versions', () => {
  describe.each<[string, VersioningOptions, (version: string) => RequestInit | string]>([
    [
      'a header',
      { type: VersioningType.HEADER, header: 'X-V' },
      (version) => ({ headers: { 'x-v': version } }),
    ],
    [
      'the media type',
      { type: VersioningType.MEDIA_TYPE, key: 'v=' },
      (version) => ({ headers: { accept: `application/json;v=${version}` } }),
    ],
    ['the query', { type: VersioningType.QUERY, key: 'v' }, (version) => `?v=${version}`],
    [
      'an extractor',
      { type: VersioningType.CUSTOM, extractor: ({ headers }) => headers['x-c'] as string | undefined },
      (version) => ({ headers: { 'x-c': version } }),
    ],
  ])('with the version in %s', (_name, options, write) => {
    const ask = async (controller: Class, path: string, version?: string, more: VersioningOptions = {}) => {
      const { fetch } = await reader({ ...options, ...more }, controller)
      const wanted = version === undefined ? '' : write(version)
      const answer = typeof wanted === 'string' ? await fetch(path + wanted) : await fetch(path, wanted)
      return answer.status === 200 ? answer.text() : answer.status
    }

    it('a list with VERSION_NEUTRAL is served for these versions and for none, not for others', async () => {
      for (const version of ['1', '2', undefined])
        expect(await ask(Mixed, '/mixed', version)).toBe('1, 2 and none')
      expect(await ask(Mixed, '/mixed', '3')).toBe(404)
    })

    it('VERSION_NEUTRAL alone is served for every version, unless there is a route of that version', async () => {
      for (const version of ['1', '3', 'x', undefined])
        expect(await ask(Neutral, '/neutral', version)).toBe('every version')
      expect(await ask(Neutral, '/neutral', '2')).toBe('only 2')
      expect(await ask(Neutral, '/neutral/three', '3')).toBe('only 3')
      expect(await ask(Neutral, '/neutral/three', '2')).toBe(404)
      expect(await ask(Neutral, '/neutral/three')).toBe(404)
      for (const version of ['1', undefined])
        expect(await ask(Listed, '/listed', version)).toBe('every version')
    })

    it('an empty version is none', async () => {
      expect(await ask(Mixed, '/mixed', '')).toBe('1, 2 and none')
      expect(await ask(Neutral, '/neutral/three', '')).toBe(404)
    })

    it.each<[string, VersioningOptions['defaultVersion'], (string | undefined)[], (string | undefined)[]]>([
      ['a version', '1', ['1'], ['2', undefined]],
      ['several versions', ['1', '2'], ['1', '2'], ['3', undefined]],
      ['VERSION_NEUTRAL', VERSION_NEUTRAL, ['1', 'x', undefined], []],
      ['a list with VERSION_NEUTRAL', [VERSION_NEUTRAL, '1'], ['1', undefined], ['2']],
      ['nothing', undefined, ['1', 'x', undefined], []],
    ])('%s as default version', async (_default, defaultVersion, served, missing) => {
      const more: VersioningOptions = defaultVersion === undefined ? {} : { defaultVersion }
      for (const version of served) expect(await ask(Plain, '/plain', version, more)).toBe('plain')
      for (const version of missing) expect(await ask(Plain, '/plain', version, more)).toBe(404)
      expect(await ask(Plain, '/plain/own', '9', more)).toBe('nine')
      expect(await ask(Plain, '/plain/own', '1', more)).toBe(404)
    })
  })
})
