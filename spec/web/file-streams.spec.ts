import { createReadStream, readdirSync, readlinkSync, truncateSync } from 'node:fs'
import { Controller, Get, Module, Res, StaticModule, StreamableFile, type WebResponse } from 'corbel'
import { makeTree, type Tree } from '../static/tree.js'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'
import { eventually } from '../support/eventually.js'

/** More than sockets and windows hold; all of it a hole, so that it takes no disk. */
const SIZE = 96 * 2 ** 20

/** How many descriptors of this process, which is the server as well, are open for a file. */
function openDescriptors(path: string): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path
    } catch {
      return false // that of the folder itself
    }
  }).length
}

let tree: Tree
beforeAll(async () => {
  tree = await makeTree({ 'large.bin': '' })
  truncateSync(tree.path('large.bin'), SIZE)
})
afterAll(() => tree.remove())

@Controller()
class Files {
  @Get('streamed') streamed() {
    return new StreamableFile(createReadStream(tree.path('large.bin')))
  }
  @Get('ranged') ranged() {
    return new StreamableFile((range) => createReadStream(tree.path('large.bin'), range), { length: SIZE })
  }
  @Get('sent') sent(@Res() response: WebResponse) {
    response.sendFile('large.bin', { root: tree.root })
  }
}

// descriptors are counted where there is /proc
describe.runIf(process.platform === 'linux')('large files', () => {
  const start = () => {
    @Module({
      imports: [StaticModule.forRoot({ root: tree.root, prefix: '/static' })],
      controllers: [Files],
    })
    class AppModule {}
    return serve(AppModule)
  }
  const turns = async () => {
    for (let turn = 0; turn < 300; turn++) await new Promise(setImmediate)
  }

  overProtocols('sent piece by piece', () => {
    it.each(['/streamed', '/ranged', '/sent', '/static/large.bin'])(
      '%s waits for a client that does not read, and is closed when it goes',
      async (path) => {
        const { fetch } = await start()
        const controller = new AbortController()
        const answer = await fetch(path, { signal: controller.signal })
        expect(answer.status).toBe(200)
        const reader = answer.body!.getReader()
        expect((await reader.read()).value!.length).toBeGreaterThan(0)
        await turns()
        // had it been read to its end, it would be closed
        expect(openDescriptors(tree.path('large.bin'))).toBe(1)
        controller.abort()
        await reader.cancel().catch(() => undefined)
        await eventually(() => expect(openDescriptors(tree.path('large.bin'))).toBe(0))
      },
    )

    it.each(['/ranged', '/sent', '/static/large.bin'])(
      '%s gives parts, and is closed after them',
      async (path) => {
        const { fetch } = await start()
        for (const range of ['bytes=-200000', 'bytes=5000000-5199999']) {
          const answer = await fetch(path, { headers: { range } })
          expect(answer.status).toBe(206)
          expect((await answer.arrayBuffer()).byteLength).toBe(200_000)
        }
        await eventually(() => expect(openDescriptors(tree.path('large.bin'))).toBe(0))
      },
    )

    it('are not opened for HEAD, or closed again', async () => {
      const { fetch } = await start()
      for (const path of ['/streamed', '/ranged', '/sent', '/static/large.bin']) {
        const answer = await fetch(path, { method: 'HEAD' })
        expect([answer.status, await answer.text()]).toEqual([200, ''])
      }
      await eventually(() => expect(openDescriptors(tree.path('large.bin'))).toBe(0))
    })
  })
})
