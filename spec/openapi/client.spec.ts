import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createConduit } from '../../samples/conduit/conduit.js'

const run = promisify(execFile)
const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

describe('a client generated from the document of Conduit', { timeout: 120_000 }, () => {
  // below the project, so that packages are found
  const folder = root(`node_modules/.cache/openapi-client-${process.pid}/`)

  beforeAll(() => mkdir(folder, { recursive: true }))
  afterAll(() => rm(folder, { recursive: true }))

  it('compiles, and drives the application', async () => {
    const app = await createConduit({ port: 0, database: ':memory:', seed: false }, false)
    await app.listen(0, '127.0.0.1')
    try {
      const url = await app.getUrl()
      await writeFile(`${folder}openapi.json`, await (await fetch(`${url}/openapi.json`)).text())
      await run(process.execPath, [
        '--import',
        pathToFileURL(root('spec/openapi/client/use-typescript6.mjs')).href,
        root('node_modules/openapi-typescript/bin/cli.js'),
        `${folder}openapi.json`,
        '-o',
        `${folder}api.ts`,
      ])
      expect(await readFile(`${folder}api.ts`, 'utf8')).toContain('articlesCreate')
      await cp(root('spec/openapi/client/drive.ts.txt'), `${folder}drive.ts`)
      await writeFile(`${folder}package.json`, '{ "type": "module" }')
      const options = {
        strict: true,
        module: 'NodeNext',
        target: 'ES2022',
        skipLibCheck: true,
        types: ['node'],
        lib: ['ES2023', 'DOM'],
      }
      await writeFile(
        `${folder}tsconfig.json`,
        JSON.stringify({ compilerOptions: options, files: ['drive.ts'] }),
      )
      await run(process.execPath, [
        root('node_modules/typescript/bin/tsc'),
        '-p',
        `${folder}tsconfig.json`,
      ]).catch((error: { stdout: string }) => Promise.reject(new Error(error.stdout)))
      const { drive } = (await import(/* @vite-ignore */ pathToFileURL(`${folder}drive.js`).href)) as {
        drive(url: string): Promise<string[]>
      }
      expect(await drive(url)).toEqual([
        'typed',
        'typed',
        '0',
        'typed',
        'all the way',
        '1',
        'email or password is wrong',
        '204',
      ])
    } finally {
      await app.close()
    }
  })
})
