import { Module, type DynamicModule } from 'corbel'
import { REDIS } from 'corbel/redis'
import type { Redis } from 'ioredis'
import { ChatGateway } from './chat.gateway.js'
import { History, MemoryHistory, RedisHistory } from './history.js'
import { MessageRate } from './message-rate.js'

@Module({ providers: [ChatGateway, MessageRate] })
export class ChatModule {
  /** @param keyPrefix of what is kept in Redis; undefined for one process, which keeps it in memory */
  static with(keyPrefix: string | undefined): DynamicModule {
    const history =
      keyPrefix === undefined
        ? { provide: History, useClass: MemoryHistory }
        : {
            provide: History,
            inject: [REDIS],
            useFactory: (redis: Redis) => new RedisHistory(redis, keyPrefix),
          }
    return { module: ChatModule, providers: [history] }
  }
}
