import type { Cluster } from 'node:cluster'

/** Node's cluster module, loaded when it is needed: most processes have no workers, and all of them want to start soon. */
export function cluster(): Cluster {
  // its types are those of `import * as`
  return process.getBuiltinModule('node:cluster') as unknown as Cluster
}
