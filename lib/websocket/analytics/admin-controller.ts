import type { Class } from '../../common/index.js'
import { AUDIT_LOG, recordAudit, type AuditLog } from '../../core/index.js'
import { Inject, Optional } from '../../di/index.js'
import type { HttpRequest } from '../../http/index.js'
import {
  BadRequestException,
  NotFoundException,
  UseGuards,
  type CanActivate,
  type EnhancerOf,
} from '../../pipeline/index.js'
import {
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  VERSION_NEUTRAL,
  type WebResponse,
} from '../../web/index.js'
import { WebSocketAnalytics, type PageWanted } from './analytics.js'
import { EXPOSITION_TYPE } from './exposition.js'
import { OwnPages } from './own-pages.js'
import type { ClientSnapshot, PageOf, RoomSnapshot, WebSocketSnapshot } from './snapshot.js'

/** With its version, which those ask for that collect metrics. */
const ACCEPTED_TEXT = 'text/plain; version=0.0.4'
const MAX_LIMIT = 1000
/** The largest rooms have to be found among all: how many are kept meanwhile is bounded. */
const MAX_OFFSET = 100_000

/**
 * Makes the controller of the numbers and lists.
 *
 * @param path of the numbers; the lists are below it
 * @param guards who may see it
 */
export function adminController(path: string, guards: readonly EnhancerOf<CanActivate>[]): Class {
  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(...guards)
  class WebSocketAdminController {
    constructor(
      @Inject(WebSocketAnalytics) private readonly analytics: WebSocketAnalytics,
      @Optional() @Inject(AUDIT_LOG) private readonly audit: AuditLog | undefined,
    ) {}

    @Get()
    @Header('cache-control', 'no-store')
    @Header('vary', 'Accept')
    numbers(
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: WebResponse,
    ): WebSocketSnapshot | string {
      if (request.accepts('application/json', ACCEPTED_TEXT) !== ACCEPTED_TEXT)
        return this.analytics.snapshot()
      response.header('content-type', EXPOSITION_TYPE)
      return this.analytics.exposition()
    }

    @Get('rooms')
    @Header('cache-control', 'no-store')
    rooms(@Query() query: object): PageOf<RoomSnapshot> {
      return this.analytics.rooms(pageOf(query))
    }

    @Get('clients')
    @Header('cache-control', 'no-store')
    clients(@Query() query: object): PageOf<ClientSnapshot> {
      return this.analytics.clients({ ...pageOf(query), room: textOf(query, 'room') })
    }

    @Post('clients/:id/disconnect')
    @UseGuards(OwnPages)
    @HttpCode(204)
    disconnect(@Param('id') id: string, @Req() request: HttpRequest): void {
      const isHere = this.analytics.disconnect(id)
      recordAudit(this.audit, {
        type: 'websocket.disconnected',
        outcome: isHere ? 'success' : 'failure',
        actor: actorOf(request),
        address: request.ip,
        target: id,
      })
      if (!isHere) throw new NotFoundException('This process has no client with this id.')
    }
  }
  return WebSocketAdminController
}

/** Guards leave on the request who calls. */
function actorOf(request: HttpRequest): string | undefined {
  const { user } = request as { readonly user?: { readonly id?: unknown } }
  return typeof user?.id === 'string' ? user.id : undefined
}

function pageOf(query: object): PageWanted {
  return {
    limit: numberOf(query, 'limit', 50, MAX_LIMIT),
    offset: numberOf(query, 'offset', 0, MAX_OFFSET),
    path: textOf(query, 'path'),
  }
}

function numberOf(query: object, name: string, byDefault: number, max: number): number {
  const text = textOf(query, name)
  if (text === undefined) return byDefault
  if (!/^\d{1,7}$/.test(text) || Number(text) > max)
    throw new BadRequestException(`${name} is a whole number up to ${max}.`)
  return Number(text)
}

function textOf(query: object, name: string): string | undefined {
  const value = (query as Readonly<Record<string, unknown>>)[name]
  if (value === undefined || typeof value === 'string') return value
  throw new BadRequestException(`${name} may be given once.`)
}
