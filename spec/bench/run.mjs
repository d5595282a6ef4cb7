// node spec/bench/run.mjs [http|h2|cold|boot|graph|pipeline|data|auth|tuning|router|validation|post|serialization|memory|latency|sse|soak|slow|static|ws|all] [--rounds n] [--seconds s] [--only a,b] [--scenario a,b] [--wrk]
// Expects the root package to be built. Uses the loopback interface only, and stops what it started.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const MODES = [
  'http',
  'h2',
  'cold',
  'boot',
  'graph',
  'pipeline',
  'data',
  'auth',
  'tuning',
  'router',
  'validation',
  'post',
  'serialization',
  'memory',
  'sse',
  'latency',
  'soak',
  'slow',
  'static',
  'ws',
  'all',
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string' },
    scenario: { type: 'string' },
    wrk: { type: 'boolean', default: false },
  },
})
const mode = positionals[0] ?? 'http'
const options = {
  rounds: bounded('rounds', 1, 50),
  seconds: bounded('seconds', 0.2, 60),
  only: values.only?.split(','),
  scenario: values.scenario?.split(','),
  wrk: values.wrk,
}
if (!MODES.includes(mode) || positionals.length > 1) fail(`Choose one of ${MODES.join(', ')}.`)

if (!existsSync(here('./node_modules'))) {
  const install = existsSync(here('./package-lock.json')) ? 'ci' : 'install'
  run('npm', [install, '--no-audit', '--no-fund'], here('.'))
}
if (!existsSync(here('../../dist/router/index.js'))) {
  if (mode === 'router') fail('The root package is not built: npm run build')
  process.stderr.write('The root package is not built, so Corbel is left out: npm run build\n')
}
if (mode !== 'router') {
  for (const project of ['tsconfig.json', 'tsconfig.corbel.json']) {
    // what does not compile does not start, and is reported as left out
    spawnSync(process.execPath, [here('../../node_modules/typescript/bin/tsc'), '-p', here(`./${project}`)], {
      stdio: ['ignore', 2, 2],
    })
  }
}

const modes = {
  http: async () => (await import('./modes/http.mjs')).benchHttp(options),
  h2: async () => (await import('./modes/h2.mjs')).benchH2(options),
  cold: async () => (await import('./modes/cold.mjs')).benchCold(options),
  boot: async () => (await import('./modes/boot.mjs')).benchBoot(options),
  graph: async () => (await import('./modes/graph.mjs')).benchGraph(options),
  pipeline: async () => (await import('./modes/pipeline.mjs')).benchPipeline(options),
  data: async () => (await import('./modes/data.mjs')).benchData(options),
  auth: async () => (await import('./modes/auth.mjs')).benchAuth(options),
  tuning: async () => (await import('./modes/tuning.mjs')).benchTuning(options),
  memory: async () => (await import('./modes/memory.mjs')).benchMemory(options),
  sse: async () => (await import('./modes/sse.mjs')).benchSse(options),
  latency: async () => (await import('./modes/latency.mjs')).benchLatency(options),
  soak: async () => (await import('./modes/soak.mjs')).benchSoak(),
  slow: async () => (await import('./modes/slow.mjs')).benchSlow(),
  static: async () => (await import('./modes/static.mjs')).benchStatic(options),
  ws: async () => (await import('./modes/ws.mjs')).benchWebSockets(options),
  router: async () => {
    const { createRouteTable } = await import('../../dist/router/index.js')
    return (await import('./modes/router.mjs')).benchRouters({ ...options, createRouteTable })
  },
}
// in one process with Corbel, and with the very decorators that it reads
modes.validation = async () => {
  const { validatorFor } = await import('../../dist/validation/index.js')
  const library = await import('../../build/bench/validation/library.js')
  const { samples } = await import('../../build/bench/validation/classes.js')
  return (await import('./modes/validation.mjs')).benchValidation({
    ...options,
    validatorFor,
    library,
    samples,
  })
}
modes.post = async () => {
  // decorators ask for it, before anything of Corbel is loaded here
  await import('../../dist/validation/index.js')
  const { samples } = await import('../../build/bench/validation/classes.js')
  return (await import('./modes/post.mjs')).benchPost({ ...options, samples })
}
modes.serialization = async () => {
  const serialization = await import('../../dist/serialization/index.js')
  const { compileJsonWriters } = await import('../../dist/serialization/json-writer.js')
  const { Reflector } = await import('../../dist/metadata/index.js')
  const library = await import('../../build/bench/serialization/library.js')
  const { samples, schemas } = await import('../../build/bench/serialization/classes.js')
  // comes with Fastify
  const { default: buildOther } = await import('fast-json-stringify')
  const { benchSerialization } = await import('./modes/serialization.mjs')
  return benchSerialization({
    ...options,
    ...serialization,
    compileJsonWriters,
    Reflector,
    library,
    samples,
    schemas,
    buildOther,
  })
}
console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}\n`)
for (const [name, bench] of Object.entries(modes)) {
  if (mode === name || mode === 'all') console.log(await bench())
}
process.exit(0)

function bounded(name, min, max) {
  const value = Number(values[name])
  if (!(value >= min && value <= max)) fail(`--${name} goes from ${min} to ${max}.`)
  return value
}

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail(`${command} ${args.join(' ')} failed in ${cwd}`)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
