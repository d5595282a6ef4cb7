import type { Class } from '../common/index.js'
import { InjectionToken, Module, type DynamicModule, type ModuleGraph } from '../di/index.js'
import { joinPaths } from './endpoints.js'

/** A path for the controllers of a module, and below it for other modules. */
export interface RouteTree {
  readonly path: string
  readonly module?: Class
  readonly children?: readonly (RouteTree | Class)[]
}

const ROUTE_TREES = new InjectionToken<readonly RouteTree[]>('ROUTE_TREES', { multi: true })

/** Puts paths in front of the controllers of whole modules. */
export class RouterModule {
  /**
   * Gives modules their paths. It does not import them.
   *
   * @param trees a path and a module each; children are below their parent's path
   * @example
   * RouterModule.register([{ path: 'admin', module: AdminModule, children: [{ path: 'users', module: UsersModule }] }])
   */
  static register(trees: readonly RouteTree[]): DynamicModule {
    return { module: RouterModule, providers: [{ provide: ROUTE_TREES, useValue: trees }] }
  }
}
Module({})(RouterModule)

/**
 * The paths of modules, from every `RouterModule.register` of an application. A module that stands at several places is
 * served at each.
 *
 * @param graph walked completely
 */
export function modulePathsOf(graph: ModuleGraph): ReadonlyMap<Class, ReadonlySet<string>> {
  const paths = new Map<Class, Set<string>>()
  const place = (module: Class, path: string): void => {
    const known = paths.get(module)
    if (known === undefined) paths.set(module, new Set([path]))
    else known.add(path)
  }
  const walk = (trees: readonly (RouteTree | Class)[], parent: string): void => {
    for (const tree of trees) {
      if (typeof tree === 'function') place(tree, parent)
      else {
        const path = joinPaths(parent, tree.path)
        if (tree.module !== undefined) place(tree.module, path)
        walk(tree.children ?? [], path)
      }
    }
  }
  for (const { token, source } of graph.records()) {
    if (token === ROUTE_TREES && source.kind === 'value') walk(source.useValue as readonly RouteTree[], '')
  }
  return paths
}
