import {
  Inject,
  Injectable,
  MemoryRateLimitStore,
  Optional,
  RATE_LIMIT_STORE,
  type CanActivate,
  type ExecutionContext,
  type RateLimitStore,
} from 'corbel'
import { principalOf, type Principal } from 'corbel/auth'
import { WsException } from 'corbel/websocket'

/** Eight messages at once, then one each second. */
const SAY = { algorithm: 'token-bucket', limit: 8, window: 8000 } as const
/** Whatever else makes work, or is told to others: each twenty times at once, then once each second. */
const OTHERS = { algorithm: 'token-bucket', limit: 20, window: 20_000 } as const

/** Keeps users from flooding a room: each is counted by himself, wherever he is connected. */
@Injectable()
export class MessageRate implements CanActivate {
  private readonly store: RateLimitStore

  constructor(@Optional() @Inject(RATE_LIMIT_STORE) store: RateLimitStore | undefined) {
    this.store = store ?? new MemoryRateLimitStore()
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { id } = principalOf(context) as Principal
    const event = context.switchToWs().getPattern()
    const quota = event === 'say' ? SAY : OTHERS
    const { allowed, retryAfter } = await this.store.consume(`chat:${event}:${id}`, 1, quota)
    if (!allowed) throw new WsException({ message: 'Slow down a little.', code: 'SLOW_DOWN', retryAfter })
    return true
  }
}
