import type { Class } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import { UseGuards, type CanActivate, type EnhancerOf } from '../pipeline/index.js'
import { Controller, Get, Header, Query, Req, VERSION_NEUTRAL } from '../web/index.js'
import { USAGE_PAGE_POLICY, usagePage } from './usage-page.js'
import { UsageReporter, type UsageFilter, type UsageReport } from './usage-report.js'

/**
 * Makes the controller of the report and its page.
 *
 * @param path of the page; the report is at the same path with `.json`
 * @param guards who may see it
 */
export function usageController(path: string, guards: readonly EnhancerOf<CanActivate>[]): Class {
  @Controller({ version: VERSION_NEUTRAL })
  @UseGuards(...guards)
  class UsageController {
    constructor(private readonly reporter: UsageReporter) {}

    @Get(path)
    @Header('content-type', 'text/html; charset=utf-8')
    @Header('content-security-policy', USAGE_PAGE_POLICY)
    @Header('cache-control', 'no-store')
    @Header('x-content-type-options', 'nosniff')
    async page(@Req() request: HttpRequest, @Query() query: object): Promise<string> {
      const filter = filterOf(query)
      return usagePage(await this.reporter.report(filter), filter, request.path.replace(/\/$/, ''))
    }

    @Get(`${path}.json`)
    @Header('cache-control', 'no-store')
    report(@Query() query: object): Promise<UsageReport> {
      return this.reporter.report(filterOf(query))
    }
  }
  return UsageController
}

function filterOf(query: object): UsageFilter {
  const { version, client, deprecated } = query as Readonly<Record<string, unknown>>
  return {
    ...(typeof version === 'string' && { version }),
    ...(typeof client === 'string' && { client }),
    ...((deprecated === 'true' || deprecated === 'false') && { deprecated: deprecated === 'true' }),
  }
}
