import { Controller, createApp, Get, Injectable, Module, Param } from '../../../dist/index.js'
import { measure, running } from '../boot/generate.mjs'
import { generateGraph } from './generate.mjs'

const count = Number(process.argv[2])
const Root = generateGraph(count, { Controller, Get, Param, Injectable, Module })

await measure(count, async () => {
  const app = await createApp(Root, { logger: false })
  await app.init()
  return running(app)
})
