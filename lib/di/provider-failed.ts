import { CorbelError } from '../common/index.js'
import { ProviderFailed, ProviderScoped, ProviderUnbuilt, ProviderUnknown } from './errors.js'
import type { ProviderRecord } from './records.js'
import { describeToken } from './tokens.js'

/** Errors of ModuleRef: they name what was looked for, but not who looked. */
const LOOKUPS: readonly unknown[] = [ProviderScoped, ProviderUnbuilt, ProviderUnknown]

/**
 * Says which provider of which module an error comes from; errors that Corbel itself declares say so already, and come as
 * they are. The trace is that of the original error: the frames of the container would tell nothing.
 *
 * @param record whose constructor or factory failed
 * @param cause what it threw; kept as `cause`
 */
export function providerFailed(record: ProviderRecord, cause: unknown): Error {
  if (cause instanceof CorbelError && !LOOKUPS.includes(cause.constructor)) return cause
  const failure = new ProviderFailed(
    {
      provider: describeToken(record.token),
      module: record.module.name,
      maker: record.source.kind === 'factory' ? 'factory' : 'constructor',
      reason: reasonOf(cause),
    },
    { cause },
  )
  const frames = cause instanceof Error ? /^ {4}at [^]*/m.exec(cause.stack ?? '') : null
  if (frames !== null) failure.stack = `${failure.name}: ${failure.message}\n${frames[0]}`
  return failure
}

/**
 * What was thrown, in the words of a message.
 *
 * @param cause an error, or anything else
 */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  // a connection that fails on every address of a host has no message, only a code
  const text = cause.message || (cause as { code?: string }).code || ''
  if (cause instanceof CorbelError) return `[${cause.code}] ${text}`
  return cause.name === 'Error' || text === '' ? text || cause.name : `${cause.name}: ${text}`
}
