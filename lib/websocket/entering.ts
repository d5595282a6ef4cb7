import { Slot, type StepFactory } from '../pipeline/index.js'
import type { MessageEndpoint } from './endpoint.js'
import type { WsContext } from './ws-context.js'

/** Called on a client when the guards of a connection have let it in, before anything else runs. */
export const ENTER = Symbol('enter')

/** What clients may have to be told. */
export interface Entering {
  [ENTER]?(): void
}

/** The step that lets clients in: those that guards refuse have never been there. */
export const ENTER_STEP: StepFactory<WsContext> = {
  name: 'websocket enter',
  slot: Slot.Authorized,
  create(endpoint) {
    if (endpoint.kind !== 'ws' || (endpoint as MessageEndpoint).role !== 'connection') return undefined
    return {
      kind: 'before',
      name: 'enter',
      run: (context) => context.getClient<Entering>()[ENTER]?.(),
    }
  },
}
