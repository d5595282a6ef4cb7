export {
  AccountLinks,
  MemoryAccountLinkStore,
  type AccountLinksOptions,
  type AccountLinkStore,
} from './account-links.js'
export { AccountExists, IdentityTaken, ProviderFailed, ProviderRefused } from './errors.js'
export { apple, discord, facebook, github, google, microsoft, type AppleKey } from './presets.js'
export { ProviderLogin, type ProviderAnswer, type ProviderLoginOptions } from './provider-login.js'
export {
  standardIdentity,
  type ExternalIdentity,
  type IdentityParts,
  type Provider,
  type ProviderClient,
  type ProviderGet,
} from './provider.js'
