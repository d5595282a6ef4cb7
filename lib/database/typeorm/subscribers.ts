import type { DataSource, EntitySubscriberInterface, QueryRunner } from 'typeorm'
import type { Class } from '../../common/index.js'
import { flowsOf } from './join-transactions.js'
import type { TypeOrm } from './packages.js'

/** What happens to rows, in the transaction of whatever has caused it. */
const ROW_EVENTS = [
  'beforeInsert',
  'afterInsert',
  'beforeUpdate',
  'afterUpdate',
  'beforeRemove',
  'afterRemove',
  'beforeSoftRemove',
  'afterSoftRemove',
  'beforeRecover',
  'afterRecover',
] as const

/**
 * Whether a class has typeorm's `@EventSubscriber()`.
 *
 * @param typeorm the package
 * @param type any class
 */
export function isSubscriber(typeorm: TypeOrm, type: Class): boolean {
  return typeorm.getMetadataArgsStorage().entitySubscribers.some(({ target }) => target === type)
}

/**
 * Lets subscribers that the container has built hear of a data source. What they ask of injected repositories is done in the
 * transaction that has caused the event, also in the one that `save` begins by itself.
 *
 * @param source open, or about to be
 * @param subscribers those whose entity is not in the data source are left out
 */
export function attachSubscribers(
  source: DataSource,
  subscribers: readonly EntitySubscriberInterface[],
): void {
  const own = subscribers.filter((one) => {
    const entity = one.listenTo?.()
    return entity === undefined || entity === Object || source.hasMetadata(entity)
  })
  source.subscribers.push(...own.map((one) => joined(source, one)))
}

type Listener = (event: { readonly queryRunner: QueryRunner }) => unknown

function joined(source: DataSource, subscriber: EntitySubscriberInterface): EntitySubscriberInterface {
  const flows = flowsOf(source)
  // what is not below (afterLoad, afterQuery) is called as it is: often, and for nothing that could be joined
  const wrapped = Object.create(subscriber) as Record<string, unknown>
  for (const name of ROW_EVENTS) {
    const listen = subscriber[name] as Listener | undefined
    if (listen === undefined || flows === undefined) continue
    wrapped[name] = ((event) =>
      flows.using(event.queryRunner, () => listen.call(subscriber, event))) satisfies Listener
  }
  return wrapped as EntitySubscriberInterface
}
