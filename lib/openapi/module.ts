import type { Feature } from '../core/index.js'
import { Module, type DynamicModule } from '../di/index.js'
import type { HttpEndpoint } from '../web/index.js'
import { contractSteps, type ContractMode, type ContractState } from './contract/contract-steps.js'
import { ResponseContract } from './contract/response-contract.js'
import { siteControllers } from './controllers.js'
import { describeModel } from './create-document.js'
import { DocumentSite, OPENAPI_SITES, type ServedDocument, type UiOptions } from './site.js'

/** Options of `OpenApiModule.forRoot`: one document, or several under `documents`. */
export interface OpenApiModuleOptions extends ServedDocument {
  /** Several documents; each takes from the options around it what it does not say itself. */
  readonly documents?: readonly ServedDocument[]
  /** Pages that show the documents; none by default. */
  readonly ui?: UiOptions
  /**
   * Holds what handlers return to the document: `'enforce'` answers 500 to what breaks it, `'warn'` logs it. Needs ajv and
   * ajv-formats. For development and tests; default `'off'`.
   */
  readonly contract?: ContractMode | 'off'
}

/**
 * Serves the OpenAPI document of an application at `/openapi.json` and `/openapi.yaml`, made at boot, and pages that show it.
 *
 * @example
 * @Module({ imports: [OpenApiModule.forRoot({ title: 'Cats', version: '1.0.0', ui: { swagger: true } })] })
 */
@Module()
export class OpenApiModule {
  /**
   * @param options title, version, path, pages …
   * @throws {CorbelError} CORBEL_OPENAPI_OPTIONS; CORBEL_PACKAGE_MISSING for a page whose package is not installed
   */
  static forRoot(options: OpenApiModuleOptions = {}): DynamicModule {
    const { documents, ui, contract = 'off', ...shared } = options
    const served = documents?.map((one) => ({ ...shared, ...one })) ?? [shared]
    const site = new DocumentSite(served, ui)
    const state: ContractState | undefined =
      contract === 'off'
        ? undefined
        : { mode: contract, contract: undefined, paths: new Map(), warn: () => undefined }
    const feature: Feature = {
      name: `openapi ${site.documents.map(({ jsonPath }) => jsonPath).join(' ')}`,
      check(model) {
        model.contribute(OPENAPI_SITES, site)
        if (state !== undefined) model.addSteps(contractSteps(state))
      },
      start({ model, logger }) {
        const warn = (message: string): void => logger.warn(message, 'OpenAPI')
        site.prepare(model, warn)
        if (state === undefined) return
        const paths = new Map<HttpEndpoint, string>()
        const document = describeModel(model, { ...served[0]!, openapi: '3.1' }, paths)
        Object.assign(state, { contract: new ResponseContract(document), paths, warn })
      },
    }
    return { module: OpenApiModule, controllers: [...siteControllers(site)], features: [feature] }
  }
}
