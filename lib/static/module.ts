import { stat } from 'node:fs/promises'
import type { MaybePromise } from '../common/index.js'
import type { AppModel, Feature } from '../core/index.js'
import { Module, type DynamicModule, type FactoryDependency, type ModuleImport } from '../di/index.js'
import { FALLBACKS } from '../web/index.js'
import { StaticRootMissing } from './errors.js'
import { settingsOf, type StaticOptions } from './options.js'
import { StaticRoot } from './static-root.js'

/** Options that are made when the application starts. */
export interface StaticModuleAsyncOptions {
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory: (...args: any[]) => MaybePromise<StaticRoots>
  readonly inject?: readonly FactoryDependency[]
}

/** One folder or several. */
export type StaticRoots = string | StaticOptions | readonly (string | StaticOptions)[]

/**
 * Serves files: what no route answers, below the prefixes of its folders. Middleware runs before, guards do not.
 *
 * @example
 * @Module({ imports: [StaticModule.forRoot('public', { root: 'dist', prefix: '/app', spa: true, immutable: true })] })
 */
@Module()
export class StaticModule {
  /**
   * @param roots folders, or options of folders; asked in order where several have the same prefix
   * @throws {CorbelError} CORBEL_STATIC_OPTIONS; at boot CORBEL_STATIC_ROOT if a folder is not there
   */
  static forRoot(...roots: readonly (string | StaticOptions)[]): DynamicModule {
    return { module: StaticModule, features: [new StaticFiles(rootsOf(roots))] }
  }

  /**
   * As `forRoot`, with options that are made when the application starts.
   *
   * @param options where they come from
   */
  static forRootAsync({ imports = [], useFactory, inject = [] }: StaticModuleAsyncOptions): DynamicModule {
    const files = new StaticFiles([])
    const provider = {
      provide: Symbol('static roots'),
      useFactory: async (...args: unknown[]) => {
        const roots = await useFactory(...args)
        files.roots = rootsOf(
          Array.isArray(roots) ? (roots as (string | StaticOptions)[]) : [roots as string],
        )
        return files.roots
      },
      inject,
    }
    return { module: StaticModule, imports, providers: [provider], features: [files] }
  }
}

function rootsOf(roots: readonly (string | StaticOptions)[]): readonly StaticRoot[] {
  return roots.map((one) => new StaticRoot(settingsOf(one)))
}

let count = 0

/** Puts the folders of one `StaticModule` behind the routes. */
class StaticFiles implements Feature {
  readonly name = `static:${(count += 1)}`
  readonly requires = ['web']

  constructor(public roots: readonly StaticRoot[]) {}

  check(model: AppModel): void {
    model.contribute(FALLBACKS, () => this.roots)
  }

  async compile(): Promise<void> {
    for (const { settings } of this.roots) {
      const { root } = settings
      const found = await stat(root).catch((error: Error) => error)
      if (found instanceof Error) throw new StaticRootMissing({ root, reason: found.message })
      if (!found.isDirectory()) throw new StaticRootMissing({ root, reason: 'it is no folder' })
    }
  }
}
