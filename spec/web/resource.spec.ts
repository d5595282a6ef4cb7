import { Body, Get, HttpCode, Module, Name, Param, Resource } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Resource('photos')
class Photos {
  index() {
    return 'index'
  }
  show(@Param('id') id: string) {
    return `show ${id}`
  }
  create(@Body() body: object) {
    return { create: body }
  }
  update(@Param('id') id: string) {
    return `update ${id}`
  }
  replace(@Param('id') id: string) {
    return `replace ${id}`
  }
  @HttpCode(204) destroy() {}
  @Get('popular') popular() {
    return 'popular'
  }
  helper() {}
}

@Module({ controllers: [Photos] })
class App {}

const only = (type: new () => unknown) => {
  class Root {}
  Module({ controllers: [type] })(Root)
  return Root
}

overProtocols('@Resource', () => {
  it('serves its methods', async () => {
    const { fetch, text, post } = await serve(App)
    const send = async (method: string, path: string) => (await fetch(path, { method })).text()
    expect(await text('/photos')).toBe('index')
    expect(await text('/photos/7')).toBe('show 7')
    const created = await post('/photos', { a: 1 })
    expect([created.status, await created.json()]).toEqual([201, { create: { a: 1 } }])
    expect(await send('PATCH', '/photos/7')).toBe('update 7')
    expect(await send('PUT', '/photos/7')).toBe('replace 7')
    expect((await fetch('/photos/7', { method: 'DELETE' })).status).toBe(204)
    expect(await text('/photos/popular')).toBe('popular')
    expect((await fetch('/photos/helper')).status).toBe(200)
    expect(await text('/photos/helper')).toBe('show helper')
    expect((await fetch('/photos', { method: 'DELETE' })).headers.get('allow')).toBe(
      'GET, HEAD, OPTIONS, POST',
    )
  })

  it('names its routes', async () => {
    const { app } = await serve(App)
    expect(app.link('photos.index')).toBe('/photos')
    expect(app.link('photos.destroy', { id: 7 })).toBe('/photos/7')
    const endpoints = app.describe().endpoints.map(({ name, method, path }) => [name, method, path])
    expect(endpoints).toContainEqual(['photos.update', 'PATCH', '/photos/:id'])
    expect(endpoints).toContainEqual(['photos.create', 'POST', '/photos'])
  })

  it('nests, and names parameters by the outer resources', async () => {
    @Resource('blog-users.categories.boxes', { only: ['show'] })
    class Boxes {
      show(@Param() params: object) {
        return params
      }
      index() {}
    }
    const { app, json, fetch } = await serve(only(Boxes))
    const path = app.link('blog-users.categories.boxes.show', { blogUserId: 1, categoryId: 2, id: 3 })
    expect(path).toBe('/blog-users/1/categories/2/boxes/3')
    expect(await json(path)).toEqual({ blogUserId: '1', categoryId: '2', id: '3' })
    expect((await fetch('/blog-users/1/categories/2/boxes')).status).toBe(404)
  })

  it('takes other names of parameters, constraints, and what @Controller takes', async () => {
    @Resource('users.photos', {
      param: { users: 'owner', photos: 'slug([a-z]+)' },
      except: ['index'],
      path: 'admin',
      version: '1',
    })
    class Slugs {
      show(@Param() params: object) {
        return params
      }
      index() {}
    }
    const { app, json, fetch } = await serve(only(Slugs), {}, (one) => one.enableVersioning())
    expect(await json('/v1/admin/users/7/photos/abc')).toEqual({ owner: '7', slug: 'abc' })
    expect((await fetch('/v1/admin/users/7/photos/123')).status).toBe(404)
    expect(app.link('users.photos.show', { owner: 7, slug: 'abc' })).toBe('/v1/admin/users/7/photos/abc')
  })

  it('serves inherited methods, and leaves routes of their own alone', async () => {
    class Crud {
      index(): unknown {
        return this.constructor.name
      }
      show(@Param('id') id: string) {
        return id
      }
    }
    @Resource('books')
    class Books extends Crud {
      @Get('all') @Name('books.all') override index() {
        return 'all'
      }
    }
    const { app, text, fetch } = await serve(only(Books))
    expect([await text('/books/all'), await text('/books/7')]).toEqual(['all', '7'])
    expect((await fetch('/books')).status).toBe(404)
    expect(app.link('books.all')).toBe('/books/all')
  })

  it('that has nothing to serve, or names what it has not, is an error at boot', async () => {
    class Empty {}
    Resource('empty')(Empty)
    await expect(serve(only(Empty))).rejects.toThrow(
      /CORBEL_RESOURCE_ACTION.*Empty is a resource and has no method to serve/s,
    )
    class Lacking {
      index() {}
    }
    Resource('lacking', { only: ['index', 'show'], except: ['edit' as 'show'] })(Lacking)
    await expect(serve(only(Lacking))).rejects.toThrow(
      /Lacking is to serve "show" and has no such method.*names the action "edit", which there is not/s,
    )
    class Spaced {
      index() {}
    }
    Resource('a b')(Spaced)
    await expect(serve(only(Spaced))).rejects.toThrow('write names with dots between')
  })

  it('that is declared twice tells both places', async () => {
    class First {
      index() {}
    }
    class Second {
      index() {}
    }
    Resource('same')(First)
    Resource('same')(Second)
    @Module({ controllers: [First, Second] })
    class Root {}
    await expect(serve(Root)).rejects.toThrow(
      /GET \/same is declared twice: by First\.index .* and by Second\.index/,
    )
  })
})
