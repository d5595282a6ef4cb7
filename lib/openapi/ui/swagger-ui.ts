import { inScript, type ShownDocument, type UserInterface } from './interface.js'

const dist = (file: string): { readonly specifier: string } => ({ specifier: `swagger-ui-dist/${file}` })

/** Swagger UI; `initOAuth` among its options is handed to the method of that name. */
export const swaggerUi: UserInterface = {
  name: 'Swagger UI',
  package: 'swagger-ui-dist',
  assets: {
    'swagger-ui.css': dist('swagger-ui.css'),
    'swagger-ui-bundle.js': dist('swagger-ui-bundle.js'),
    'swagger-ui-standalone-preset.js': dist('swagger-ui-standalone-preset.js'),
    'oauth2-redirect.html': dist('oauth2-redirect.html'),
    'oauth2-redirect.js': dist('oauth2-redirect.js'),
    'favicon.png': dist('favicon-32x32.png'),
  },
  styles: ['swagger-ui.css'],
  scripts: ['swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js'],
  body: '<div id="ui"></div>',
  start(documents, { initOAuth, explorer, urls, url, ...options }: SwaggerUiOptions) {
    const [first] = documents
    const shown = urls ?? (url === undefined ? documents : [{ name: first?.name ?? '', url }])
    // the bar at the top has the choice between documents, and a field for others
    const hasBar = explorer ?? shown.length > 1
    return `
const documents = ${inScript(shown)}.map(({ name, url }) => ({ name, url: new URL(url, base).href }))
window.ui = SwaggerUIBundle({
  dom_id: '#ui',
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: '${hasBar ? 'StandaloneLayout' : 'BaseLayout'}',
  ...(documents.length > 1 ? { urls: documents } : { url: documents[0].url }),
  validatorUrl: null,
  oauth2RedirectUrl: new URL('oauth2-redirect.html', base).href,
  ...${inScript(options)},
})
${initOAuth === undefined ? '' : `window.ui.initOAuth(${inScript(initOAuth)})`}`
  },
}

/** Those of Swagger UI that mean something to the page, too; the others are handed on. */
interface SwaggerUiOptions {
  readonly initOAuth?: unknown
  readonly explorer?: boolean
  readonly urls?: readonly ShownDocument[]
  readonly url?: string
}
