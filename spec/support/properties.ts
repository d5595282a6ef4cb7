import * as fc from 'fast-check'

const given = process.env['CORBEL_SEED'] ?? '20261121'

/**
 * The seed of every generated input, so that a run says the same twice. `CORBEL_SEED=random` draws another one, which a
 * failure prints; `CORBEL_SEED=<number>` repeats it.
 */
export const SEED = given === 'random' ? Math.trunc(Math.random() * 0x7fffffff) : Number(given)

fc.configureGlobal({ seed: SEED })

export { fc }
