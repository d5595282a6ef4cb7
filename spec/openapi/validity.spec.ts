import { readFile } from 'node:fs/promises'
import * as corbel from 'corbel'
import {
  createApp,
  createOpenApiDocument,
  VersioningType,
  type Application,
  type OpenApiDocument,
} from 'corbel'
import { AppModule } from '../../samples/cats/app.module.js'
import { createConduit } from '../../samples/conduit/conduit.js'
import { EveryDecoratorModule } from './every-decorator.js'
import { complaints } from './validators.js'

const everything = async (): Promise<Application> => {
  const app = await createApp(EveryDecoratorModule, { logger: false })
  return app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI })
}

const oauth2 = {
  type: 'oauth2',
  flows: { clientCredentials: { tokenUrl: 'https://example.com/token', scopes: { read: 'to read' } } },
} as const

const APPLICATIONS: readonly (readonly [string, () => Promise<Application>])[] = [
  ['samples/cats', () => createApp(AppModule, { logger: false })],
  ['samples/conduit', () => createConduit({ port: 0, database: ':memory:', seed: false }, false)],
  ['a fixture with every decorator', everything],
]

describe.each(APPLICATIONS)('the document of %s', (_name, create) => {
  it.each(['3.1', '3.0'] as const)('has no complaint of three validators as %s', async (openapi) => {
    const app = await create()
    const document = createOpenApiDocument(app, {
      title: 'A document',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      servers: [{ url: 'https://api.example.com' }],
      security: [],
      securitySchemes: { oauth2 },
      openapi,
    })
    expect(await complaints(document)).toEqual([])
    expect(Object.keys(document.paths).length).toBeGreaterThan(1)
    await app.close()
  })
})

describe('the fixture', () => {
  it('uses every decorator for documents that there is', async () => {
    const source = await readFile(new URL('every-decorator.ts', import.meta.url), 'utf8')
    const names = Object.keys(corbel).filter((name) => /^Api[A-Z]/.test(name))
    expect(names.length).toBeGreaterThan(50)
    expect(names.filter((name) => !source.includes(`@${name}(`))).toEqual([])
  })
})

describe('the validators', () => {
  it('complain of a document that is wrong', async () => {
    const wrong = {
      openapi: '3.1.0',
      info: { title: 'x' },
      paths: { users: {} },
    } as unknown as OpenApiDocument
    expect((await complaints(wrong)).map((one) => one.split(':', 1)[0])).toEqual(
      expect.arrayContaining(['seriousme', 'readme', 'redocly']),
    )
  })
})
