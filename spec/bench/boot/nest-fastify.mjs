import { FastifyAdapter } from '@nestjs/platform-fastify'
import { bootNest } from './nest.mjs'

await bootNest(new FastifyAdapter())
