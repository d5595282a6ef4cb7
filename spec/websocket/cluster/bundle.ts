import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const ENTRY = fileURLToPath(new URL('./server.ts', import.meta.url))

/** The process of a cluster as one file, with packages beside it: it starts in a fraction of the time of its sources. */
export class Bundle {
  private constructor(
    private readonly folder: string,
    readonly script: string,
  ) {}

  static async make(): Promise<Bundle> {
    // where packages are found
    const folder = await mkdtemp(join(ROOT, 'node_modules', '.corbel-cluster-'))
    await build({
      configFile: false,
      logLevel: 'silent',
      root: ROOT,
      oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
      ssr: { external: true },
      build: {
        ssr: ENTRY,
        outDir: folder,
        target: 'node20',
        minify: false,
        rolldownOptions: { output: { entryFileNames: 'server.mjs' } },
      },
    })
    return new Bundle(folder, join(folder, 'server.mjs'))
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }
}
