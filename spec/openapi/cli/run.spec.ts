import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OpenApiDocument } from 'corbel'
import { runOpenApiCommand } from 'corbel/openapi/cli'
import { parse } from 'yaml'
import { documentOf } from '../diff/document-of.js'

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corbel-openapi-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a command: its status, and what it wrote. */
async function run(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  const written = { out: '', err: '' }
  const status = await runOpenApiCommand(words, {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
  })
  return { status, ...written }
}

async function saved(name: string, content: unknown): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const read = async (file: string): Promise<OpenApiDocument> =>
  JSON.parse(await readFile(file, 'utf8')) as OpenApiDocument

describe('corbel-openapi write', () => {
  it('writes the document that the application would serve', async () => {
    const { status, out } = await run('write', fixture('shop.module'))
    const document = JSON.parse(out) as OpenApiDocument
    expect([status, document.info.title, Object.keys(document.paths)]).toEqual([0, 'The shop', ['/prices']])
  })

  it('writes YAML into a file that is named so', async () => {
    const file = join(folder, 'shop.yaml')
    expect(await run('write', fixture('shop.module'), '--out', file)).toEqual({ status: 0, out: '', err: '' })
    expect((parse(await readFile(file, 'utf8')) as OpenApiDocument).info.title).toBe('The shop')
  })

  it('takes one of several documents by path, name or title', async () => {
    for (const name of ['/internal', 'staff', 'For us']) {
      const { out } = await run('write', fixture('shop.module'), '--document', name)
      expect((JSON.parse(out) as OpenApiDocument).info.title).toBe('For us')
    }
    await expect(run('write', fixture('shop.module'), '--document', 'x')).rejects.toThrow(
      'the application has no document x: there are /openapi, staff',
    )
  })

  it('calls a function that makes the application, with its versions', async () => {
    const { out } = await run('write', fixture('create-shop'), '--export', 'createShop')
    const { paths } = JSON.parse(out) as OpenApiDocument
    expect(Object.keys(paths)).toEqual(['/v1/prices', '/v2/prices'])
    expect(paths['/v1/prices']!.get).toMatchObject({
      deprecated: true,
      'x-sunset': '2099-06-30T00:00:00.000Z',
    })
    expect(paths['/v2/prices']!.get).not.toHaveProperty('deprecated')
  })

  it('takes the document of a function that makes one', async () => {
    const { out } = await run('write', fixture('create-shop'), '--export', 'makeDocument')
    expect((JSON.parse(out) as OpenApiDocument).info.title).toBe('By hand')
  })

  it('puts docstrings in', async () => {
    const texts = await saved('texts.json', { 'PricesController.list': 'Lists all prices. With taxes.' })
    const { out } = await run('write', fixture('shop.module'), '--docstrings', texts)
    expect((JSON.parse(out) as OpenApiDocument).paths['/prices']!.get).toMatchObject({
      summary: 'Lists all prices',
      description: 'With taxes.',
    })
  })

  it('checks that a file is up to date, and leaves it alone', async () => {
    const file = join(folder, 'checked.json')
    const check = ['write', fixture('shop.module'), '--out', file, '--check']
    expect(await run(...check)).toMatchObject({ status: 1, err: expect.stringContaining('not up to date') })
    await run('write', fixture('shop.module'), '--out', file)
    expect(await run(...check)).toEqual({ status: 0, out: '', err: '' })
    await writeFile(file, '{}')
    expect((await run(...check)).status).toBe(1)
    expect(await readFile(file, 'utf8')).toBe('{}')
  })

  it.each([
    [['create-shop'], 'it exports createShop, makeDocument, answer. Say which with --export.'],
    [['create-shop', '--export', 'other'], 'it exports no class or function other.'],
    [['create-shop', '--export', 'answer'], 'the function returns no application and no document.'],
  ])('says what is wrong with the file: %j', async ([name, ...rest], reason) => {
    await expect(run('write', fixture(name!), ...rest)).rejects.toMatchObject({
      code: 'CORBEL_OPENAPI_ENTRY',
      message: expect.stringContaining(reason) as string,
    })
  })
})

describe('corbel-openapi diff', () => {
  const operation = documentOf({})
  const empty = documentOf({}, { paths: {} })
  const next = { ...empty, info: { title: 'Cats', version: '2.0.0' } }

  it('fails on what breaks clients without a new version', async () => {
    const [old, now] = [await saved('old.json', operation), await saved('now.json', empty)]
    const { status, out } = await run('diff', old, now)
    expect([status, out]).toEqual([1, expect.stringContaining('The operation is gone.')])
    expect((await run('diff', now, old)).status).toBe(0)
    expect((await run('diff', old, await saved('next.json', next))).status).toBe(0)
  })

  it('writes the changelog as Markdown and as JSON', async () => {
    const [old, now] = [await saved('old.json', operation), await saved('next.json', next)]
    const [markdown, json] = [join(folder, 'changes.md'), join(folder, 'changes.json')]
    await run('diff', old, now, '--markdown', markdown, '--json', json, '--date', '2026-01-31')
    expect(await readFile(markdown, 'utf8')).toMatch(
      /^## Cats 2\.0\.0, 2026-01-31\n\nSince 1\.0\.0\.\n\n### Breaking/,
    )
    expect(await read(json)).toMatchObject({
      from: '1.0.0',
      to: '2.0.0',
      verdict: 'breaking',
      isAcceptable: true,
      changes: [{ rule: 'operation-removed', operations: ['POST /cats/{id}'] }],
    })
  })

  it('reads YAML', async () => {
    const old = await saved('old.yaml', 'openapi: 3.0.4\ninfo: { title: Cats, version: "1" }\npaths: {}\n')
    expect((await run('diff', old, old)).out).toContain('Nothing has changed.')
  })

  it.each([
    ['missing.json', undefined, 'no such file'],
    ['broken.json', '{', 'JSON'],
    ['swagger.json', { swagger: '2.0', info: {}, paths: {} }, 'it has no "openapi": "3.…"'],
  ])('says what is wrong with %s', async (name, content, reason) => {
    const file = content === undefined ? join(folder, name) : await saved(name, content)
    await expect(run('diff', file, file)).rejects.toMatchObject({
      code: 'CORBEL_OPENAPI_FILE',
      message: expect.stringContaining(reason) as string,
    })
  })
})

describe('corbel-openapi versions', () => {
  it('puts documents side by side', async () => {
    const at = (version: string): object => ({
      ...documentOf({}),
      info: { title: 'Cats', version },
      paths: { [`/v${version}/cats`]: { get: { responses: {} } } },
    })
    const files = [await saved('v1.json', at('1')), await saved('v2.json', at('2'))]
    const out = join(folder, 'versions.md')
    await run('versions', ...files, '--ignore-versions', '--out', out)
    expect(await readFile(out, 'utf8')).toContain(
      '| operation | 1 | 2 |\n| --- | --- | --- |\n| `GET /cats` | yes | yes |',
    )
  })
})

describe('corbel-openapi', () => {
  it('says what it can do', async () => {
    for (const words of [[], ['--help'], ['diff', '--help']])
      expect((await run(...words)).out).toContain('corbel-openapi write <file>')
  })

  it.each([
    [['dance'], 'There is no command dance.'],
    [['toString'], 'There is no command toString.'],
    [['write'], 'write takes one file'],
    [['write', 'a', '--check'], '--check needs --out'],
    [['write', 'a', '--loud'], "Unknown option '--loud'"],
    [['diff', 'a'], 'diff takes two documents'],
    [['versions', 'a'], 'versions takes two documents or more'],
    [['docstrings'], 'docstrings takes folders or files'],
  ])('refuses %j', async (words, reason) => {
    await expect(run(...words)).rejects.toMatchObject({
      code: 'CORBEL_OPENAPI_COMMAND',
      message: expect.stringContaining(reason) as string,
    })
  })
})
