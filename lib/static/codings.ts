import { negotiate } from '../http/index.js'

/** Endings of files that hold the same, compressed, and what that is called (RFC 9110 §8.4.1, RFC 7932, RFC 8878). */
export const CODINGS: Readonly<Record<string, string>> = { '.br': 'br', '.zst': 'zstd', '.gz': 'gzip' }

/** What can be chosen from. */
export interface CodedForm {
  /** `identity` for the file itself. */
  readonly coding: string
  /** Bytes. */
  readonly size: number
}

/**
 * Chooses the smallest form that a client takes; the file itself where it takes none.
 *
 * @param forms the file itself first
 * @param accepted the value of `Accept-Encoding`; undefined means that nothing was said, so that nothing is compressed
 */
export function chooseForm<F extends CodedForm>(forms: readonly F[], accepted: string | undefined): F {
  const plain = forms[0]!
  if (accepted === undefined || forms.length === 1) return plain
  const taken = negotiate(
    'accept-encoding',
    accepted,
    forms.map(({ coding }) => coding),
  )
  const usable = forms.filter(({ coding }) => taken.includes(coding))
  return usable.reduce((best, form) => (form.size < best.size ? form : best), usable[0] ?? plain)
}
