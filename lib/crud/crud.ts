import type { Class } from '../common/index.js'
import { ETag } from '../conditional/index.js'
import type { EntityTarget } from '../database/index.js'
import { Inject } from '../di/index.js'
import { defineDecorator, readClass, type AnyDecorator } from '../metadata/index.js'
import { Delete, Get, hasRoute, HttpCode, Patch, Post, Req } from '../web/index.js'
import { CrudActions } from './actions.js'
import { describeAction } from './describe.js'
import { CrudMissing } from './errors.js'
import type { CrudAction, CrudOptions } from './options.js'
import { actionsOf, compilePlan } from './plan.js'
import type { CrudDriver, Row } from './store.js'

/** What `@Crud` stores. */
interface CrudDeclaration {
  readonly entity: EntityTarget
  readonly options: CrudOptions<object>
  readonly driver: CrudDriver
}

const CrudMetadata = defineDecorator({
  name: 'Crud',
  on: ['class'],
  value: (declaration: CrudDeclaration) => declaration,
})

const SOURCE = Symbol('corbel:crud-source')

type Handler = (this: object, request: never) => unknown

interface Route {
  readonly decorators: readonly AnyDecorator[]
  readonly handler: Handler
}

const act = <A extends CrudAction>(action: A): Handler =>
  function (this: object, request) {
    return crudOf(this)[action](request)
  }

const ROUTES: Readonly<Record<CrudAction, Route>> = {
  index: { decorators: [Get()], handler: act('index') },
  show: { decorators: [Get(':id'), ETag()], handler: act('show') },
  create: { decorators: [Post()], handler: act('create') },
  createMany: { decorators: [Post('bulk')], handler: act('createMany') },
  update: { decorators: [Patch(':id')], handler: act('update') },
  updateMany: { decorators: [Patch('bulk')], handler: act('updateMany') },
  destroy: { decorators: [Delete(':id'), HttpCode(204)], handler: act('destroy') },
  destroyMany: { decorators: [Delete('bulk'), HttpCode(204)], handler: act('destroyMany') },
  restore: { decorators: [Post(':id/restore'), HttpCode(200)], handler: act('restore') },
}

/**
 * Makes a `@Crud` for one database library.
 *
 * @param driver opens the stores
 * @returns the decorator, as `corbel/database/typeorm` exports it
 */
export function defineCrud(
  driver: CrudDriver,
): <T extends object>(entity: Class<T>, options?: CrudOptions<T>) => AnyDecorator {
  return (entity, given = {}) => {
    const options = given as unknown as CrudOptions<object>
    const declaration: CrudDeclaration = { entity, options, driver }
    const note = CrudMetadata(declaration)
    const inject = Inject(driver.token(entity, options.dataSource))
    return (target, member, place) => {
      note(target, member, place)
      if (typeof target !== 'function' || member !== undefined) return
      const type = target as Class
      const prototype = type.prototype as object
      inject(prototype, SOURCE)
      for (const action of actionsOf(options)) addRoute(type, action, declaration)
      checkAtBoot(prototype)
    }
  }
}

/** A method of the same name takes the place of the default one; with a route of its own it keeps that. */
function addRoute(type: Class, action: CrudAction, { entity, options }: CrudDeclaration): void {
  const prototype = type.prototype as Record<string, unknown>
  if (hasRoute(type, action)) return
  const { decorators, handler } = ROUTES[action]
  const own = prototype[action]
  const isOwn = Object.hasOwn(prototype, action)
  if (!isOwn) {
    const value = typeof own === 'function' ? inherited(own as Handler) : named(action, handler)
    Object.defineProperty(prototype, action, { value, writable: true, configurable: true })
  }
  const descriptor = Object.getOwnPropertyDescriptor(prototype, action)
  const all = [...decorators, ...describeAction(action, entity, options)]
  for (const decorate of all) decorate(prototype, action, descriptor)
  Object.defineProperty(prototype, action, descriptor!)
  if (typeof own !== 'function') Req()(prototype, action, 0)
}

function named(name: string, handler: Handler): Handler {
  // one function for each controller: what is noted of a handler is noted by the function
  const copy: Handler = function (this: object, request) {
    return Reflect.apply(handler, this, [request])
  }
  return Object.defineProperty(copy, 'name', { value: name })
}

/** Metadata is kept by the class that declares a method, so a method of a base class is declared anew. */
function inherited(method: Handler): unknown {
  const own = function (this: object, ...args: [never]): unknown {
    return Reflect.apply(method, this, args)
  }
  return Object.defineProperties(own, { name: { value: method.name }, length: { value: method.length } })
}

/** Options are held against the entity when the application starts, not at the first request. */
function checkAtBoot(prototype: object): void {
  const hook: unknown = Reflect.get(prototype, 'onModuleInit')
  Object.defineProperty(prototype, 'onModuleInit', {
    value(this: object) {
      if (isReady(this)) crudOf(this)
      return typeof hook === 'function' ? (Reflect.apply(hook, this, []) as unknown) : undefined
    },
    writable: true,
    configurable: true,
  })
}

function isReady(controller: object): boolean {
  const { driver } = readClass(CrudMetadata, controller.constructor as Class) ?? {}
  return driver?.isReady?.(Reflect.get(controller, SOURCE) as object) ?? true
}

// by what was injected: several applications in one process share the class, and have repositories of their own
const opened = new WeakMap<object, Map<CrudDeclaration, CrudActions>>()

/**
 * What `@Crud` of a controller does, for methods that take the place of one of its own.
 *
 * @param controller `this`
 * @throws {CorbelError} CORBEL_CRUD_MISSING
 * @example
 * async create(@Req() request: HttpRequest) {
 *   const order = await crudOf<Order>(this).create(request)
 *   await this.mail.confirm(order)
 *   return order
 * }
 */
export function crudOf<T extends object = Row>(controller: object): CrudActions<T> {
  const declaration = readClass(CrudMetadata, controller.constructor as Class)
  const source: unknown = Reflect.get(controller, SOURCE)
  if (declaration === undefined || typeof source !== 'object' || source === null)
    throw new CrudMissing({ class: controller.constructor.name })
  let plans = opened.get(source)
  if (plans === undefined) opened.set(source, (plans = new Map<CrudDeclaration, CrudActions>()))
  let actions = plans.get(declaration)
  if (actions === undefined) {
    const { options, driver } = declaration
    const plan = compilePlan(controller.constructor.name, options, driver.open(source))
    plans.set(declaration, (actions = new CrudActions(plan)))
  }
  return actions as unknown as CrudActions<T>
}
