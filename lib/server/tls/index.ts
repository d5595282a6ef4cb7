export { TlsTerminator, type TerminatorHost } from './terminator.js'
