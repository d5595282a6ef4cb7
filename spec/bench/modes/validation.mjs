// In one process, in interleaved rounds. Each contender gets a body anew from JSON.parse, as requests have it: one that was seen
// before has a shape and strings that the engine knows. What JSON.parse takes is measured beside it and taken off.
import { setTimeout as sleep } from 'node:timers/promises'
import { table } from '../report.mjs'
import { ajvSchemas, zodSchemas } from '../validation/schemas.mjs'

const BATCH = 512
const BATCHES = 40

/**
 * Compares validators that make instances of the same classes.
 *
 * @param {{ rounds: number, validatorFor: Function, library: object, samples: object }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchValidation({ rounds, validatorFor, library, samples }) {
  const parts = []
  for (const [kind, { type, right, wrong, instantiate }] of Object.entries(samples)) {
    const contenders = contendersFor(kind, type, validatorFor, library, instantiate)
    for (const [name, validate] of Object.entries(contenders)) {
      if (!(validate(copyOf(right)) instanceof Object) || validate(copyOf(wrong)) !== undefined)
        throw new Error(`${name} does not validate the ${kind} body`)
    }
    const body = JSON.stringify(right)
    const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
    for (let round = -2; round < rounds; round += 1) {
      for (const [name, validate] of Object.entries(contenders)) {
        const batches = time(body, validate)
        if (round >= 0) times[name].push(...batches)
      }
      // as between requests: what is loaded meanwhile comes in turns of its own
      await sleep(20)
    }
    const best = (name) => undisturbed(times[name])
    const rows = Object.keys(contenders).map((name) => [
      name,
      best(name).toFixed(0),
      Math.round(1e9 / best(name)).toLocaleString('en'),
      (best(name) / best('corbel')).toFixed(1),
    ])
    parts.push(
      `### Validation, ${kind} body\n\n${table(['', 'ns', 'a second', 'corbel is faster by'], rows)}`,
    )
  }
  return parts.join('\n')
}

function contendersFor(kind, type, validatorFor, { plainToInstance, validateSync }, instantiate) {
  const compiled = validatorFor(type, { whitelist: true })
  const checkByAjv = ajvSchemas[kind]
  const schema = zodSchemas[kind]
  return {
    corbel: (plain) => {
      const { value, errors } = compiled.run(plain)
      return errors.length === 0 ? value : undefined
    },
    'class-transformer + class-validator': (plain) => {
      const instance = plainToInstance(type, plain)
      return validateSync(instance, { whitelist: true }).length === 0 ? instance : undefined
    },
    'ajv, and the same instances by hand': (plain) => (checkByAjv(plain) ? instantiate(plain) : undefined),
    'ajv, plain objects': (plain) => (checkByAjv(plain) ? plain : undefined),
    'zod, plain objects': (plain) => {
      const { success, data } = schema.safeParse(plain)
      return success ? data : undefined
    },
  }
}

const copyOf = (value) => JSON.parse(JSON.stringify(value))

/** The time that a tenth of all batches stay below: batches are short, and those that others interrupt are the longer ones. */
function undisturbed(times) {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 10)]
}

/** ns for one body, without its parsing, of each batch. */
function time(body, validate) {
  const times = []
  let kept = 0
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const bodies = Array.from({ length: BATCH }, () => JSON.parse(body))
    const start = process.hrtime.bigint()
    for (const plain of bodies) if (validate(plain) !== undefined) kept += 1
    times.push(Number(process.hrtime.bigint() - start) / BATCH)
  }
  if (kept !== BATCH * BATCHES) throw new Error('a correct body was refused')
  return times
}
