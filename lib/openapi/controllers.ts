import type { Class } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import { NotFoundException } from '../pipeline/index.js'
import { Controller, Direct, Get, Param, Req, Res, type WebResponse } from '../web/index.js'
import { sendPrepared } from './prepared.js'
import type { DocumentSite, PreparedDocument } from './site.js'
import type { UserInterfacePage } from './ui/page.js'

/**
 * The controllers that serve documents and pages, outside of the API: no global prefix, guard or interceptor applies.
 *
 * @param site what is served
 */
export function siteControllers({ documents, pages }: DocumentSite): readonly Class[] {
  return [...documents.map(documentController), ...pages.map(pageController)]
}

function documentController(prepared: PreparedDocument): Class {
  const send = (form: 'json' | 'yaml', request: HttpRequest, response: WebResponse): void =>
    sendPrepared(request, response, prepared.fileFor(form, request, response), {
      'access-control-allow-origin': '*',
    })

  @Direct()
  @Controller()
  class OpenApiDocumentController {
    @Get(prepared.jsonPath)
    json(@Req() request: HttpRequest, @Res() response: WebResponse): void {
      send('json', request, response)
    }
  }
  if (prepared.yamlPaths.length === 0) return OpenApiDocumentController

  @Direct()
  @Controller()
  class OpenApiYamlController extends OpenApiDocumentController {
    @Get(prepared.yamlPaths)
    yaml(@Req() request: HttpRequest, @Res() response: WebResponse): void {
      send('yaml', request, response)
    }
  }
  return OpenApiYamlController
}

function pageController(page: UserInterfacePage): Class {
  @Direct()
  @Controller(page.path)
  class OpenApiPageController {
    @Get()
    page(@Req() request: HttpRequest, @Res() response: WebResponse): void {
      page.send(request, response)
    }

    @Get(':file')
    file(@Param('file') name: string, @Req() request: HttpRequest, @Res() response: WebResponse): void {
      if (!page.sendFile(name, request, response)) throw new NotFoundException()
    }
  }
  return OpenApiPageController
}
