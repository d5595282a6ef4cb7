import { closingRules } from './closing.js'
import { control } from './control.js'
import { fragmentation } from './fragmentation.js'
import { framing } from './framing.js'
import { utf8 } from './utf8.js'

/** The rules for what comes behind the handshake, in the groups in which WebSocket suites number them. */
export const webSocketRules = { framing, control, fragmentation, utf8, closing: closingRules }
