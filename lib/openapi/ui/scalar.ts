import { inScript, type UserInterface } from './interface.js'

/** Scalar's API reference, without what it would fetch from elsewhere: fonts, proxy, telemetry. */
export const scalar: UserInterface = {
  name: 'Scalar',
  package: '@scalar/api-reference',
  assets: { 'standalone.js': { specifier: '@scalar/api-reference/browser/standalone.js' } },
  styles: [],
  scripts: ['standalone.js'],
  body: '<div id="ui"></div>',
  start: (documents, options) => `
const sources = ${inScript(documents)}.map(({ name, url }) => ({ title: name, url: new URL(url, base).href }))
Scalar.createApiReference('#ui', {
  ...(sources.length > 1 ? { sources } : { url: sources[0].url }),
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  ...${inScript(options)},
})`,
}
