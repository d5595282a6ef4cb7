import { isPromise } from '../../../common/index.js'
import { defineDecorator } from '../../../metadata/index.js'
import {
  Slot,
  type EndpointModel,
  type PipelineContext,
  type Step,
  type StepFactory,
} from '../../../pipeline/index.js'
import { HttpContext } from '../../../web/index.js'
import type { TenantResolver, TenantsOptions } from './options.js'
import type { TenantLease } from './tenant-sources.js'
import type { Tenants } from './tenants.js'

/**
 * Leaves a route, or all of a controller, without a tenant: none is looked for, and no database is opened. For what is the
 * same for all, such as health checks.
 */
export const WithoutTenant = defineDecorator({
  name: 'WithoutTenant',
  on: ['class', 'method'],
  value: () => true,
})

/**
 * The steps that find out which tenant a call is for: one of them, by `when` of the options.
 *
 * @param find asked when the application is built
 * @param when which of the two
 */
export function tenantSteps(
  find: () => Tenants | undefined,
  when: NonNullable<TenantsOptions['when']>,
): StepFactory<PipelineContext> {
  return {
    name: 'tenant',
    slot: when === 'after-guards' ? Slot.Authorized : Slot.Admit,
    create({ metadata }: EndpointModel<PipelineContext>) {
      const tenants = find()
      if (tenants === undefined) return undefined
      const { resolve, when: wanted = 'before-guards' } = tenants.options
      if (resolve === undefined || wanted !== when) return undefined
      if (metadata.onMethod(WithoutTenant) ?? metadata.onClass(WithoutTenant)) return undefined
      return tenantStep(tenants, resolve)
    },
  }
}

function tenantStep(tenants: Tenants, resolve: TenantResolver): Step<PipelineContext> {
  const { sources } = tenants
  type Next = (context: PipelineContext) => unknown
  const begin = (tenant: string | undefined, context: PipelineContext, next: Next): unknown => {
    if (tenant === undefined) return next(context)
    const lease = sources.tryAcquire(tenant)
    if (lease !== undefined) return proceed(lease, context, next)
    return sources.acquire(tenant).then((opened) => proceed(opened, context, next))
  }
  const proceed = (lease: TenantLease, context: PipelineContext, next: Next): unknown => {
    const work = (): unknown => keepTenant(tenants, lease, () => next(context))
    // an answer may be read from the database while it is sent, and a handler goes on when the client has gone
    if (!(context instanceof HttpContext)) return untilSettled(work, lease.release)
    let left = 2
    const leave = (): void => {
      if (--left === 0) lease.release()
    }
    context.exchange.sink.onClose(leave)
    return untilSettled(work, leave)
  }
  return {
    kind: 'around',
    name: 'tenant',
    readsBody: false,
    run(context, next) {
      const tenant = resolve(context)
      return isPromise<string | undefined>(tenant)
        ? tenant.then((found) => begin(found, context, next))
        : begin(tenant, context, next)
    },
  }
}

/** What a generator does when its next value is asked for is done for the tenant, too. */
function keepTenant(tenants: Tenants, lease: TenantLease, work: () => unknown): unknown {
  const keep = (result: unknown): unknown => {
    if (Object.prototype.toString.call(result) !== '[object AsyncGenerator]') return result
    const inner = result as AsyncGenerator
    return Object.assign(Object.create(inner) as AsyncGenerator, {
      next: () => tenants.within(lease, () => inner.next()),
      return: (value: unknown) => tenants.within(lease, () => inner.return(value)),
      throw: (error: unknown) => tenants.within(lease, () => inner.throw(error)),
      [Symbol.asyncIterator](this: AsyncGenerator) {
        return this
      },
    })
  }
  const result = tenants.within(lease, work)
  return isPromise(result) ? result.then(keep) : keep(result)
}

function untilSettled(work: () => unknown, settled: () => void): unknown {
  let result: unknown
  try {
    result = work()
  } catch (error) {
    settled()
    throw error
  }
  if (!isPromise(result)) settled()
  else result.then(settled, settled)
  return result
}
