import { CallStorage, typedKey } from '../common/index.js'

/** One run of a live query, as its handler can speak to it. */
export interface LiveCall {
  /** Says that the result depends on keys, from now on. */
  watch(keys: readonly string[]): void
}

/** Exchanges of runs have it. */
export const LIVE_CALL = typedKey<LiveCall>('live call')

/** The run that the running code is part of. */
export const currentLiveCall = new CallStorage<LiveCall>()
