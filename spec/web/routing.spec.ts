import { request as httpRequest } from 'node:http'
import {
  All,
  Body,
  Controller,
  Copy,
  Delete,
  Get,
  Head,
  HostParam,
  Lock,
  Mkcol,
  Module,
  Move,
  Options,
  Param,
  Patch,
  Post,
  Propfind,
  Proppatch,
  Put,
  QueryMethod,
  Scope,
  Search,
  Unlock,
  type Class,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve, type Served } from './serve.js'

const routes = (...controllers: Class[]) => {
  @Module({ controllers })
  class AppModule {}
  return serve(AppModule)
}

/** Sends a request with a method or a host that fetch does not allow. */
function raw(
  { url }: Served,
  method: string,
  path: string,
  host?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url + path,
      { method, ...(host !== undefined && { headers: { host } }) },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (text: string) => (body += text))
        answer.on('end', () => resolve({ status: answer.statusCode!, body }))
      },
    )
    request.on('error', reject).end()
  })
}

overProtocols('method decorators', () => {
  @Controller('things')
  class Things {
    @Get() get() {
      return 'get'
    }
    @Post() post() {
      return 'post'
    }
    @Put() put() {
      return 'put'
    }
    @Patch() patch() {
      return 'patch'
    }
    @Delete() delete() {
      return 'delete'
    }
    @Search() search() {
      return 'search'
    }
    @Propfind() propfind() {
      return 'propfind'
    }
    @Proppatch() proppatch() {
      return 'proppatch'
    }
    @Mkcol() mkcol() {
      return 'mkcol'
    }
    @Copy() copy() {
      return 'copy'
    }
    @Move() move() {
      return 'move'
    }
    @Lock() lock() {
      return 'lock'
    }
    @Unlock() unlock() {
      return 'unlock'
    }
  }

  it('answer their method, with 200, or 201 for POST', async () => {
    const served = await routes(Things)
    const methods = [
      'get',
      'post',
      'put',
      'patch',
      'delete',
      'search',
      'propfind',
      'proppatch',
      'mkcol',
      'copy',
      'move',
    ]
    for (const name of [...methods, 'lock', 'unlock']) {
      const answer = await raw(served, name.toUpperCase(), '/things')
      expect(answer).toEqual({ status: name === 'post' ? 201 : 200, body: name })
    }
  })

  it('answer QUERY, which has a body', async () => {
    @Controller()
    class Root {
      @QueryMethod('find') find(@Body() body: object) {
        return body
      }
    }
    const { app } = await routes(Root)
    const answer = await app.inject({ method: 'QUERY', url: '/find', payload: { a: 1 } })
    expect([answer.statusCode, answer.json()]).toEqual([200, { a: 1 }])
  })

  it('of All() answer every method without a route of its own', async () => {
    @Controller('x')
    class Root {
      @Get() get() {
        return 'get'
      }
      @All() all() {
        return 'all'
      }
    }
    const served = await routes(Root)
    expect((await raw(served, 'GET', '/x')).body).toBe('get')
    for (const method of ['POST', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      expect((await raw(served, method, '/x')).body).toBe('all')
    }
  })

  it('of Head and Options come before what Corbel would answer itself', async () => {
    @Controller('x')
    class Root {
      @Head() head() {
        return 'head'
      }
      @Get() get() {
        return 'get'
      }
      @Options() options() {
        return 'own'
      }
    }
    const { fetch } = await routes(Root)
    const head = await fetch('/x', { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe('4')
    expect(await (await fetch('/x', { method: 'OPTIONS' })).text()).toBe('own')
  })

  it('may stand several times on one method', async () => {
    @Controller()
    class Root {
      @Get('a') @Post('b') both() {
        return 'both'
      }
    }
    const { fetch } = await routes(Root)
    expect((await fetch('/a')).status).toBe(200)
    expect((await fetch('/b', { method: 'POST' })).status).toBe(201)
  })
})

describe('paths', () => {
  it('may be several, of controllers and of methods, or none', async () => {
    @Controller(['cats', '/kittens/'])
    class Cats {
      @Get(['list', '/all']) list() {
        return 'list'
      }
      @Get() root() {
        return 'root'
      }
      @Get(':id/') one(@Param('id') id: string) {
        return id
      }
    }
    const { text } = await routes(Cats)
    for (const prefix of ['/cats', '/kittens']) {
      expect(await text(prefix)).toBe('root')
      expect(await text(`${prefix}/`)).toBe('root')
      expect(await text(`${prefix}/list`)).toBe('list')
      expect(await text(`${prefix}/all`)).toBe('list')
      expect(await text(`${prefix}/7`)).toBe('7')
    }
  })

  it('may have wildcards', async () => {
    @Controller('files')
    class Files {
      @Get('*path') read(@Param('path') path: string) {
        return path
      }
    }
    const { text } = await routes(Files)
    expect(await text('/files/a/b%20c.txt')).toBe('a/b c.txt')
  })

  it('with fixed text win over those with parameters, in whatever order they stand', async () => {
    @Controller('cats')
    class Cats {
      @Get(':id') one(@Param('id') id: string) {
        return `one ${id}`
      }
      @Get('me') me() {
        return 'me'
      }
    }
    const { text } = await routes(Cats)
    expect(await text('/cats/me')).toBe('me')
    expect(await text('/cats/you')).toBe('one you')
  })

  it('decode parameters once, and never split at an escaped slash', async () => {
    @Controller()
    class Root {
      @Get(':a') read(@Param() params: Record<string, string>) {
        return params
      }
    }
    const { json } = await routes(Root)
    expect(await json('/a%2Fb')).toEqual({ a: 'a/b' })
    expect(await json('/%2541')).toEqual({ a: '%41' })
  })

  it('that are malformed are answered with 400', async () => {
    @Controller()
    class Root {
      @Get(':a') read() {
        return 'x'
      }
    }
    const { app } = await routes(Root)
    for (const path of ['/%E0%A4%A', '/%00', '/%2e%2e', '/..', '/a/../b', '/%zz']) {
      expect((await app.inject(path)).statusCode).toBe(400)
    }
  })
})

overProtocols('what no route answers', () => {
  @Controller('cats')
  class Cats {
    @Get() list() {
      return { cats: [] }
    }
    @Post() create() {}
    @Delete(':id') remove() {}
  }

  it('is 404 that names method and path', async () => {
    const { fetch } = await routes(Cats)
    const answer = await fetch('/dogs?x=1', { method: 'PUT' })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({
      message: 'Cannot PUT /dogs',
      error: 'Not Found',
      statusCode: 404,
    })
  })

  it('is 405 with Allow where the path has other methods', async () => {
    const { fetch } = await routes(Cats)
    const answer = await fetch('/cats', { method: 'PUT' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')!.split(', ').sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST'])
    expect((await fetch('/cats/1')).headers.get('allow')).toContain('DELETE')
  })

  it('OPTIONS is answered with the methods of the path', async () => {
    const { fetch } = await routes(Cats)
    const answer = await fetch('/cats', { method: 'OPTIONS' })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('allow')).toContain('POST')
    expect((await fetch('/nowhere', { method: 'OPTIONS' })).status).toBe(404)
  })

  it('HEAD is answered like GET, without the body', async () => {
    const { fetch } = await routes(Cats)
    const [get, head] = [await fetch('/cats'), await fetch('/cats', { method: 'HEAD' })]
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    for (const name of ['content-type', 'content-length'])
      expect(head.headers.get(name)).toBe(get.headers.get(name))
  })
})

overProtocols('controllers', () => {
  it('may answer only a host, and take parameters from it', async () => {
    @Controller({ path: 'x', host: ':tenant.example.com' })
    class Tenant {
      @Get() read(@HostParam('tenant') tenant: string, @HostParam() all: object) {
        return { tenant, all }
      }
    }
    @Controller({ path: 'x', host: 'admin.example.com' })
    class Admin {
      @Get() read() {
        return 'admin'
      }
    }
    const served = await routes(Tenant, Admin)
    expect(JSON.parse((await raw(served, 'GET', '/x', 'acme.example.com:80')).body)).toEqual({
      tenant: 'acme',
      all: { tenant: 'acme' },
    })
    expect((await raw(served, 'GET', '/x', 'admin.example.com')).body).toBe('admin')
    expect((await raw(served, 'GET', '/x', 'elsewhere.org')).status).toBe(404)
  })

  it('inherit the routes and parameters of their bases', async () => {
    abstract class Crud {
      constructor(readonly name: string) {}
      @Get() list() {
        return `${this.name} list`
      }
      @Get(':id') one(@Param('id') id: string) {
        return `${this.name} ${id}`
      }
      @Delete(':id') remove(@Param('id') id: string) {
        return `${this.name} removed ${id}`
      }
    }
    @Controller('cats')
    class Cats extends Crud {
      constructor() {
        super('cats')
      }
      // a route of its own on another path; the parameter decorator is inherited
      @Get('by-id/:id') override one(id: string) {
        return `own ${id}`
      }
      // without a decorator it is no route any more
      override remove(id: string) {
        return id
      }
    }
    @Controller('dogs')
    class Dogs extends Crud {
      constructor() {
        super('dogs')
      }
    }
    const { text, fetch } = await routes(Cats, Dogs)
    expect(await text('/cats')).toBe('cats list')
    expect(await text('/cats/by-id/3')).toBe('own 3')
    expect((await fetch('/cats/3')).status).toBe(404)
    expect((await fetch('/cats/3', { method: 'DELETE' })).status).toBe(404)
    expect(await text('/dogs/3')).toBe('dogs 3')
    expect(await text('/dogs/3', { method: 'DELETE' })).toBe('dogs removed 3')
  })

  it('may be request-scoped: each request has its own', async () => {
    @Controller({ path: 'counter', scope: Scope.REQUEST })
    class Counter {
      private count = 0
      @Get() read() {
        return ++this.count
      }
    }
    const { json } = await routes(Counter)
    expect([await json('/counter'), await json('/counter')]).toEqual([1, 1])
  })

  it('keep their state if they are not, and `this` is the instance', async () => {
    @Controller('counter')
    class Counter {
      #count = 0
      @Get() read() {
        return ++this.#count
      }
    }
    const { json } = await routes(Counter)
    expect([await json('/counter'), await json('/counter')]).toEqual([1, 2])
  })

  it('of several modules answer together', async () => {
    @Controller('a')
    class A {
      @Get() read() {
        return 'a'
      }
    }
    @Controller('b')
    class B {
      @Get() read() {
        return 'b'
      }
    }
    @Module({ controllers: [A] })
    class ModuleA {}
    @Module({ controllers: [B], imports: [ModuleA] })
    class ModuleB {}
    const { text } = await serve(ModuleB)
    expect([await text('/a'), await text('/b')]).toEqual(['a', 'b'])
  })
})
