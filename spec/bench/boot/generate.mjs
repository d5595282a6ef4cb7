/**
 * Makes controllers of ten routes each by calling the decorators as functions, as compiled code does.
 *
 * @param {number} count
 * @param {Record<'Controller' | 'Get' | 'Post' | 'Put' | 'Delete' | 'Param' | 'Injectable', Function>} decorators
 * @returns {{ controllers: Function[], services: Function[] }}
 */
export function generate(count, { Controller, Get, Post, Put, Delete, Param, Injectable }) {
  const methods = [
    ['list', Get, '', []],
    ['create', Post, '', []],
    ['find', Get, ':id', ['id']],
    ['replace', Put, ':id', ['id']],
    ['remove', Delete, ':id', ['id']],
    ['items', Get, ':id/items', ['id']],
    ['addItem', Post, ':id/items', ['id']],
    ['item', Get, ':id/items/:item', ['id', 'item']],
    ['removeItem', Delete, ':id/items/:item', ['id', 'item']],
    ['search', Get, 'search/recent', []],
  ]
  const controllers = []
  const services = []
  for (let index = 0; index < count; index += 1) {
    const Service = class {
      find(id) {
        return { id, index }
      }
    }
    Object.defineProperty(Service, 'name', { value: `Service${index}` })
    Injectable()(Service)
    const Generated = class {
      constructor(service) {
        this.service = service
      }
    }
    Object.defineProperty(Generated, 'name', { value: `Resource${index}Controller` })
    Reflect.defineMetadata('design:paramtypes', [Service], Generated)
    for (const [name, decorate, path, params] of methods) {
      const value = async function (id) {
        return this.service.find(id ?? name)
      }
      Object.defineProperty(value, 'name', { value: name })
      Object.defineProperty(Generated.prototype, name, { value, writable: true, configurable: true })
      Reflect.defineMetadata('design:type', Function, Generated.prototype, name)
      Reflect.defineMetadata(
        'design:paramtypes',
        params.map(() => String),
        Generated.prototype,
        name,
      )
      params.forEach((param, position) => Param(param)(Generated.prototype, name, position))
      decorate(path)(Generated.prototype, name, Object.getOwnPropertyDescriptor(Generated.prototype, name))
    }
    Controller(`resource${index}`)(Generated)
    controllers.push(Generated)
    services.push(Service)
  }
  return { controllers, services }
}

/** How `measure` makes an application listen and stop, which Corbel and NestJS do alike. */
export function running(app) {
  return {
    close: () => app.close(),
    listen: async () => {
      await app.listen(0, '127.0.0.1')
      return new URL(await app.getUrl()).port
    },
  }
}

/** Runs a boot, checks that the last route answers, and prints what it took. */
export async function measure(count, boot) {
  globalThis.gc?.()
  const before = process.memoryUsage()
  const cpu = process.cpuUsage()
  const start = performance.now()
  const { listen, close } = await boot()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  globalThis.gc?.()
  const after = process.memoryUsage()
  const port = await listen()
  const response = await fetch(`http://127.0.0.1:${port}/resource${count - 1}/7/items/8`)
  const answer = await response.json()
  if (answer.id !== '7' || answer.index !== count - 1)
    throw new Error(`wrong answer: ${JSON.stringify(answer)}`)
  const mib = (key) => (after[key] - before[key]) / 2 ** 20
  console.log(JSON.stringify({ ms, cpu: (user + system) / 1_000, heap: mib('heapUsed'), rss: mib('rss') }))
  await close()
}
