const PROVIDERS_PER_MODULE = 5
const IMPORTS_PER_MODULE = 3

/**
 * Makes modules of five providers each by calling the decorators as functions, as compiled code does. A module imports
 * up to three of those made before it and exports two providers; its first provider needs what they export, the others
 * need each other. Every tenth provider is a factory, every fiftieth an asynchronous one.
 *
 * @param {number} count of modules
 * @param {Record<'Controller' | 'Get' | 'Param' | 'Injectable' | 'Module', Function>} decorators
 * @returns {Function} the root module; its controller answers `GET /resource<count - 1>/:id/items/:item`
 */
export function generateGraph(count, { Controller, Get, Param, Injectable, Module }) {
  const modules = []
  for (let index = 0; index < count; index += 1) {
    const imported = importsOf(index).map((at) => modules[at])
    const providers = []
    const tokens = []
    for (let at = 0; at < PROVIDERS_PER_MODULE; at += 1) {
      const needs = at === 0 ? imported.map(({ tokens: given }) => given[4]) : tokens.slice(-2)
      const { token, provider } = makeProvider(index * PROVIDERS_PER_MODULE + at, needs, Injectable)
      tokens.push(token)
      providers.push(provider)
    }
    const type = named(`Module${index}`, class {})
    const imports = imported.map(({ type: other }) => other)
    Module({ imports, providers, exports: [tokens[3], tokens[4]] })(type)
    modules.push({ type, tokens })
  }
  const last = modules[count - 1]
  const Answers = class {
    constructor(service) {
      this.service = service
    }

    item(id) {
      return { id, index: count - 1, built: this.service.size > 0 }
    }
  }
  Reflect.defineMetadata('design:paramtypes', [last.tokens[4]], Answers)
  Reflect.defineMetadata('design:paramtypes', [String], Answers.prototype, 'item')
  Param('id')(Answers.prototype, 'item', 0)
  const path = `resource${count - 1}/:id/items/:item`
  Get(path)(Answers.prototype, 'item', Object.getOwnPropertyDescriptor(Answers.prototype, 'item'))
  Controller()(Answers)
  const Root = named('RootModule', class {})
  Module({ imports: modules.map(({ type }) => type), controllers: [Answers] })(Root)
  return Root
}

function importsOf(index) {
  const near = [index - 1, index - 7, Math.floor(index / 2)].filter((at) => at >= 0 && at < index)
  return [...new Set(near)].slice(0, IMPORTS_PER_MODULE)
}

function makeProvider(number, needs, Injectable) {
  const type = named(
    `Service${number}`,
    class {
      constructor(...given) {
        this.size = 1 + given.length
      }
    },
  )
  if (number % 10 === 9) {
    const make = (...given) => new type(...given)
    const useFactory = number % 50 === 49 ? async (...given) => make(...given) : make
    return { token: type, provider: { provide: type, useFactory, inject: needs } }
  }
  Reflect.defineMetadata('design:paramtypes', needs, type)
  Injectable()(type)
  return { token: type, provider: type }
}

function named(name, type) {
  return Object.defineProperty(type, 'name', { value: name })
}
