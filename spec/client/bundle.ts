import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const ENTRY = fileURLToPath(new URL('../../lib/client/index.ts', import.meta.url))

/** The client as one minified module, as a page would load it. */
export async function bundleClient(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      rolldownOptions: { input: ENTRY, preserveEntrySignatures: 'strict', output: { format: 'es' } },
      modulePreload: false,
      minify: 'oxc',
      target: 'es2022',
      write: false,
    },
  })
  const { output } = built as unknown as { output: { code: string }[] }
  return output[0]!.code
}
