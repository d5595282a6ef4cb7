import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ApiProperty,
  Body,
  Controller,
  createApp,
  createOpenApiDocument,
  Module,
  PartialType,
  Post,
} from 'corbel'
import { readDocstrings, runOpenApiCommand } from 'corbel/openapi/cli'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corbel-docstrings-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function source(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

describe('docstrings', () => {
  it('are the comments over classes and their members', async () => {
    const file = await source(
      'cats.controller.ts',
      `
/** The cats of the shelter. */
@Controller('cats')
export class CatsController {
  /** How many there are at most. */
  private readonly limit = 3

  /**
   * Finds a cat.
   *
   * Only those that are here, see {@link CatsService} and {@link https://example.com | the page}.
   * @param id of the cat
   * @returns the cat
   */
  @Get(':id')
  find(@Param('id') /** of the cat */ id: string): Cat {
    /** not this */
    return this.cats.find(id)
  }

  /** @internal */
  @Get() hidden() {}

  /**
   * @throws {NotFoundException} There is no such cat
   * @throws {409} It has gone
   * @throws {CatBusy} whenever it likes
   */
  @Get('busy') busy() {}

  @Post()
  /** Takes a cat in. */
  create() {}

  // no docstring
  @Delete() remove() {}
}

/** Of another class. */

class Bare {
  'quoted': string
  /** A date. */ born: Date; /** A name. */ name: string
}

export default class {
  /** Of nobody. */
  a: string
}
`,
    )
    expect(await readDocstrings([file])).toEqual({
      Bare: 'Of another class.',
      'Bare.born': 'A date.',
      'Bare.name': 'A name.',
      CatsController: 'The cats of the shelter.',
      'CatsController.busy@throws':
        'NotFoundException There is no such cat\n409 It has gone\nCatBusy whenever it likes',
      'CatsController.create': 'Takes a cat in.',
      'CatsController.find': 'Finds a cat.\n\nOnly those that are here, see CatsService and the page.',
      'CatsController.limit': 'How many there are at most.',
    })
  })

  it('are read from folders, without specs, declarations and packages', async () => {
    await mkdir(join(folder, 'node_modules'))
    await mkdir(join(folder, 'cats'))
    for (const name of ['cats/a.ts', 'b.mts', 'c.spec.ts', 'd.d.ts', 'node_modules/e.ts', 'f.js'])
      await source(name, `/** From ${name}. */ export class ${name.replaceAll(/\W/g, '_')} {}`)
    expect(Object.keys(await readDocstrings([folder]))).toEqual(['b_mts', 'cats_a_ts'])
  })

  it('leave out what has several meanings, and say so', async () => {
    await source('a.ts', '/** One. */ class Page {}\n/** Same. */ class Item {}')
    await source('b.ts', '/** Another. */ class Page {}\n/** Same. */ class Item {}')
    const conflicts: string[] = []
    const texts = await readDocstrings([folder], { onConflict: (name) => void conflicts.push(name) })
    expect([texts, conflicts]).toEqual([{ Item: 'Same.' }, ['Page']])
    let said = ''
    await runOpenApiCommand(['docstrings', folder], { out: () => undefined, err: (text) => (said += text) })
    expect(said).toContain('Page has different texts in')
  })

  it('refuse what is no TypeScript', async () => {
    const file = await source('broken.ts', 'class {')
    await expect(readDocstrings([file])).rejects.toMatchObject({ code: 'CORBEL_OPENAPI_ENTRY' })
  })

  it('are the words of a document, along inheritance and mapped types', async () => {
    class Named {
      @ApiProperty() name: string
    }
    class NewCat extends Named {
      @ApiProperty({ description: 'As said' }) breed: string
      @ApiProperty() age: number
    }
    class Changes extends PartialType(NewCat) {}
    class Base {
      @Post() create(@Body() cat: NewCat): NewCat {
        return cat
      }
      @Post('more') change(@Body() cat: Changes): Changes {
        return cat
      }
    }
    @Controller('cats')
    class CatsController extends Base {}
    @Module({ controllers: [CatsController] })
    class AppModule {}

    const app = await createApp(AppModule, { logger: false })
    const { paths, components, tags } = createOpenApiDocument(app, {
      docstrings: {
        'Base.create': 'Takes a cat in. It may stay.',
        CatsController: 'The cats.',
        NewCat: 'A cat that comes.',
        'Base.change@throws': 'NotFoundException There is no such cat\n409 It has gone\nCatBusy whenever',
        'Named.name': 'What it listens to.',
        'NewCat.breed': 'Never shown.',
      },
    })
    await app.close()
    expect(paths['/cats']!.post).toMatchObject({ summary: 'Takes a cat in', description: 'It may stay.' })
    expect(Object.keys(paths['/cats']!.post!.responses)).toEqual(['201'])
    expect(paths['/cats/more']!.post!.responses).toMatchObject({
      '404': { description: 'There is no such cat' },
      '409': { description: 'It has gone' },
    })
    expect(Object.keys(paths['/cats/more']!.post!.responses)).toEqual(['201', '404', '409'])
    expect(tags).toEqual([{ name: 'Cats', description: 'The cats.' }])
    expect(components?.schemas).toMatchObject({
      NewCat: {
        description: 'A cat that comes.',
        properties: { name: { description: 'What it listens to.' }, breed: { description: 'As said' } },
      },
      Changes: { properties: { name: { description: 'What it listens to.' } } },
    })
    expect(components?.schemas?.['NewCat']?.properties?.['age']).not.toHaveProperty('description')
  })
})
