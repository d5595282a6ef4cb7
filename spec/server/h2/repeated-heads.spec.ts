import { RepeatedHeads } from '../../../lib/server/h2/repeated-heads.js'
import { readRequestHead, type RequestHead } from '../../../lib/server/h2/request-head.js'
import { createHttpServer } from '../../../lib/server/index.js'
import { HeaderList } from '../../../lib/http/index.js'
import { connect } from 'node:http2'
import { once } from 'node:events'

const field = (name: string, value: string) => ({ name, value, kind: 0 })
const headOf = (path: string): RequestHead => {
  const fields = [
    field(':method', 'GET'),
    field(':scheme', 'http'),
    field(':authority', 'a'),
    field(':path', path),
  ]
  return readRequestHead(fields as never) as RequestHead
}

describe('heads that come again', () => {
  it('are known by their bytes, against the same table', () => {
    const heads = new RepeatedHeads()
    const bytes = Buffer.from('xx/one')
    const head = headOf('/one')
    heads.keep(bytes, 2, 6, 3, head, 100)
    expect(heads.find(Buffer.from('/one'), 0, 4, 3)).toBe(head)
    expect(heads.find(Buffer.from('/one'), 0, 4, 4)).toBeUndefined()
    expect(heads.find(Buffer.from('/two'), 0, 4, 3)).toBeUndefined()
    expect(heads.find(Buffer.from('/one/'), 0, 5, 3)).toBeUndefined()
  })

  it('do not depend on memory that others write to', () => {
    const heads = new RepeatedHeads()
    const shared = Buffer.from('/one')
    const head = headOf('/one')
    heads.keep(shared, 0, 4, 0, head, 100)
    // a path with the same place in the table, read into the same buffer
    for (const path of ['/two', '/six', '/ten', '/one']) {
      shared.write(path, 'latin1')
      expect(heads.find(shared, 0, 4, 0)).toBe(path === '/one' ? head : undefined)
    }
  })

  it('are not kept where they are long, or have many fields', () => {
    const heads = new RepeatedHeads()
    const long = Buffer.alloc(65, 'a')
    heads.keep(long, 0, 65, 0, headOf('/long'), 100)
    heads.keep(long, 0, 4, 0, headOf('/many'), 2049)
    expect(heads.find(long, 0, 65, 0)).toBeUndefined()
    expect(heads.find(long, 0, 4, 0)).toBeUndefined()
  })

  it('lead each request of a connection to what it asks for', async () => {
    const server = createHttpServer({})
    server.handle(({ target, headers, sink }) => {
      const text = `${target} ${headers.get('x-a') ?? ''}`
      sink.head(200, HeaderList.from({ 'content-type': 'text/plain' }).freeze(), text.length)
      sink.end(text)
    })
    const [address] = await server.listen({ host: '127.0.0.1' })
    const session = connect(`http://127.0.0.1:${address!.port}`)
    const ask = async (path: string, value?: string) => {
      const stream = session.request({ ':path': path, ...(value !== undefined && { 'x-a': value }) })
      let text = ''
      stream.setEncoding('utf8').on('data', (part: string) => (text += part))
      await once(stream, 'end')
      return text
    }
    const paths = Array.from({ length: 100 }, (_, i) => `/${'abcdefghij'[i % 10]}${'xyz'[i % 3]}`)
    for (const path of paths) expect(await ask(path)).toBe(`${path} `)
    for (const [i, path] of paths.entries()) expect(await ask(path, `v${i % 4}`)).toBe(`${path} v${i % 4}`)
    expect(await Promise.all(paths.map((path) => ask(path)))).toEqual(paths.map((path) => `${path} `))
    session.close()
    await server.close()
  })
})
