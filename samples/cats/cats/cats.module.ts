import { Module, type ConfiguresMiddleware, type MiddlewareConsumer } from 'corbel'
import { RequestLogMiddleware } from '../common/request-log.middleware.js'
import { CatsController } from './cats.controller.js'
import { CatsService } from './cats.service.js'

/** Everything about cats. */
@Module({ controllers: [CatsController], providers: [CatsService], exports: [CatsService] })
export class CatsModule implements ConfiguresMiddleware {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(RequestLogMiddleware).forRoutes(CatsController)
  }
}
