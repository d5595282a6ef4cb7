/** A clock that moves when it is told to. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  later(ms: number): void
}

/** @param start milliseconds since 1970; the beginning of a minute by default */
export function clock(start = 1_700_000_040_000): Clock {
  let time = start
  return { now: () => time, later: (ms) => void (time += ms) }
}
