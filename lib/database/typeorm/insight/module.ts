import { AppModel, RequestContext, type Feature } from '../../../core/index.js'
import { Module, type DynamicModule, type ProviderRecord } from '../../../di/index.js'
import { SINK_FILTERS } from '../../../web/index.js'
import { observeQueries } from '../feature.js'
import { insightSettings, type QueryInsightOptions } from './options.js'
import { QueryInsight } from './query-insight.js'
import { TimingSink } from './timing-sink.js'

/**
 * Looks at what the application asks of all its data sources: how many statements a call sends and how long they take, which are
 * slow and why, and which are sent once for each record instead of once for all.
 *
 * @example
 * @Module({ imports: [TypeOrmModule.forRoot(), QueryInsightModule.forRoot({ slow: 200 })] })
 * class AppModule {}
 */
@Module()
export class QueryInsightModule {
  /**
   * Provides `QueryInsight` everywhere, and logs what it finds.
   *
   * @param options see `QueryInsightOptions`
   * @throws {RangeError} for what is no number of that kind
   */
  static forRoot(options: QueryInsightOptions = {}): DynamicModule {
    const settings = insightSettings(options)
    const provider = {
      provide: QueryInsight,
      useFactory: (context: RequestContext) => new QueryInsight(settings, context),
      inject: [RequestContext],
    }
    return {
      module: QueryInsightModule,
      global: true,
      providers: [provider],
      exports: [QueryInsight],
      features: [new InsightFeature(settings.serverTiming)],
    }
  }
}

class InsightFeature implements Feature {
  readonly name = 'typeorm:insight'
  private insight: QueryInsight | undefined

  constructor(private readonly serverTiming: boolean) {}

  check(model: AppModel): void {
    if (!this.serverTiming) return
    const metric = (): string | undefined => {
      const { count = 0, milliseconds = 0 } = this.insight?.current ?? {}
      return count === 0 ? undefined : `db;dur=${milliseconds};desc="${count} statements"`
    }
    model.contribute(SINK_FILTERS, (sink) => new TimingSink(sink, metric))
  }

  async compile(model: AppModel): Promise<void> {
    const records: readonly ProviderRecord[] = [...model.graph.records()]
    const own = records.find(({ token }) => token === QueryInsight)!
    this.insight = (await model.injector.resolve(own)) as QueryInsight
    await observeQueries(model, this.insight)
  }

  async stop(): Promise<void> {
    await this.insight?.settled()
  }
}
