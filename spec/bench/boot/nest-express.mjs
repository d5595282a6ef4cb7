import { bootNest } from './nest.mjs'

await bootNest()
