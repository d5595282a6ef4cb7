import { defineError } from './errors.js'

/** An optional package that the application uses but has not installed. */
export const PackageMissing = defineError<{ package: string; purpose: string }>(
  'CORBEL_PACKAGE_MISSING',
  '{purpose} needs the package {package}, which is not installed. Run: npm install {package}',
)

/**
 * Says what a failed import or require of an optional package means. A broken installation, or a missing package below
 * it, stays the error that it is.
 *
 * @param error what the loader threw
 * @param name the package's name
 * @param purpose who needs it: `JwtModule`
 * @returns CORBEL_PACKAGE_MISSING if it is the package itself that is not there, otherwise the error unchanged
 */
export function explainMissingPackage(error: unknown, name: string, purpose: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const isMissing = error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND'
  if (!isMissing || !error.message.includes(`'${name}'`)) return error
  return new PackageMissing({ package: name, purpose }, { cause: error })
}
