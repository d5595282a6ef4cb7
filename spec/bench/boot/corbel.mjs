import {
  Controller,
  createApp,
  Delete,
  Get,
  Injectable,
  Module,
  Param,
  Post,
  Put,
} from '../../../dist/index.js'
import { generate, measure, running } from './generate.mjs'

const count = Number(process.argv[2])
const { controllers, services } = generate(count, { Controller, Get, Post, Put, Delete, Param, Injectable })
class AppModule {}
Module({ controllers, providers: services })(AppModule)

await measure(count, async () => {
  const app = await createApp(AppModule, { logger: false })
  await app.init()
  return running(app)
})
