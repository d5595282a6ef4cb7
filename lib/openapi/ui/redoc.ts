import { inScript, type UserInterface } from './interface.js'

/** One pixel that cannot be seen, in the place of a picture from elsewhere. */
const NOTHING = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

/** ReDoc. */
export const redoc: UserInterface = {
  name: 'ReDoc',
  package: 'redoc',
  assets: {
    'redoc.standalone.js': {
      specifier: 'redoc/bundles/redoc.standalone.js',
      // it would fetch its logo from a CDN
      edit: (text) => text.replaceAll(/https:\/\/cdn\.redoc\.ly\/redoc\/[\w.-]+\.svg/g, NOTHING),
    },
  },
  styles: [],
  scripts: ['redoc.standalone.js'],
  body: '<div id="ui"></div>',
  start: (documents, options) => `
const url = new URL(${inScript(documents[0]!.url)}, base).href
Redoc.init(url, ${inScript(options)}, document.getElementById('ui'))`,
}
