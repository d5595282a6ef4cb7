import type { DataSource, QueryRunner } from 'typeorm'
import { CallStorage } from '../../common/index.js'
import { flowsOf } from './join-transactions.js'

const openings = new WeakMap<DataSource, { current: Promise<unknown> | undefined }>()

/**
 * Lets a data source open itself when the first statement needs a connection. What its entities are is worked out now, so
 * that repositories can be injected; a mistake in them is told at boot, as ever.
 *
 * @param source not open
 * @param open opens it; called again after a failure
 */
export async function openLazily(source: DataSource, open: () => Promise<unknown>): Promise<void> {
  const state: { current: Promise<unknown> | undefined } = { current: undefined }
  const within = new CallStorage<boolean>()
  const createRunner = source.createQueryRunner.bind(source)
  const destroy = source.destroy.bind(source)
  openings.set(source, state)

  /** Waits until the database is open, except in what opens it. */
  function opened(): Promise<unknown> | undefined {
    if (within.get() === true) return undefined
    // not in the transaction that is about to begin
    state.current ??= flowsOf(source)!
      .outside(() => within.run(true, open))
      .catch((error: unknown) => {
        // whoever comes next may be luckier
        state.current = undefined
        throw error
      })
    return state.current
  }

  await (Reflect.get(source, 'buildMetadatas') as () => Promise<void>).call(source)
  Object.assign(source, {
    // what is injected already must not see its entities made anew
    buildMetadatas: () => Promise.resolve(),
    createQueryRunner: (mode?: 'master' | 'slave') => waiting(createRunner(mode), opened),
    destroy: async () => {
      await state.current?.catch(() => undefined)
      if (source.isInitialized) await destroy()
    },
  })
}

/**
 * Whether a data source is one that opens itself, and nobody has needed it yet.
 *
 * @param source of the application
 */
export function isIdle(source: DataSource): boolean {
  return openings.has(source) && !source.isInitialized
}

const waitingRunners = new WeakSet<QueryRunner>()

/** Waits before anything else: a runner that has its turn on the one connection of SQLite must not wait for the others. */
function waiting(runner: QueryRunner, opened: () => Promise<unknown> | undefined): QueryRunner {
  // inside a transaction everybody is handed the same one
  if (waitingRunners.has(runner)) return runner
  waitingRunners.add(runner)
  const after = <A extends unknown[], R>(method: (...args: A) => Promise<R>) => {
    const bound = method.bind(runner)
    return async (...args: A): Promise<R> => {
      await opened()
      return bound(...args)
    }
  }
  return Object.assign(runner, {
    connect: after(runner.connect),
    query: after(runner.query as (...args: unknown[]) => Promise<unknown>),
    startTransaction: after(runner.startTransaction),
  })
}
