export { PasskeyRefused } from './errors.js'
export { Passkeys, type PasskeyAccount, type PasskeyLogin, type PasskeysOptions } from './passkeys.js'
export { MemoryPasskeyStore, type PasskeyRecord, type PasskeyStore } from './passkey-store.js'
export type { RelyingPartyOptions } from './relying-party.js'
