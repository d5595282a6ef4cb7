import { Controller, Get, Injectable, Module, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { measure, running } from '../boot/generate.mjs'
import { generateGraph } from './generate.mjs'

const count = Number(process.argv[2])
const Root = generateGraph(count, { Controller, Get, Param, Injectable, Module })

await measure(count, async () => {
  const app = await NestFactory.create(Root, new FastifyAdapter(), { logger: false })
  await app.init()
  return running(app)
})
