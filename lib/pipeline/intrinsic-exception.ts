/**
 * An error that is expected and already told where it matters: where no filter takes it, the default answer does not log
 * it. Without a status of its own it answers 500.
 */
export class IntrinsicException extends Error {}
