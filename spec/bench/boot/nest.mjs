import { Controller, Delete, Get, Injectable, Module, Param, Post, Put } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { generate, measure, running } from './generate.mjs'

/** Boots the generated application on an adapter. */
export async function bootNest(adapter) {
  const count = Number(process.argv[2])
  const { controllers, services } = generate(count, { Controller, Get, Post, Put, Delete, Param, Injectable })
  class AppModule {}
  Module({ controllers, providers: services })(AppModule)

  await measure(count, async () => {
    const app = await NestFactory.create(AppModule, ...(adapter === undefined ? [] : [adapter]), {
      logger: false,
    })
    await app.init()
    return running(app)
  })
}
