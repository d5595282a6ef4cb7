// In one process, in interleaved rounds; each call gets an object made anew, with texts that come from JSON.parse, as those of a
// database driver do. What is measured ends where a server goes on with all in the same way: the text is flat, its length in UTF-8
// is known, and what is no ASCII stands as bytes in a buffer (ASCII goes out as one text with the head). Ropes, and texts of two
// bytes a character, would only put the work off.
import { setTimeout as sleep } from 'node:timers/promises'
import { table } from '../report.mjs'

/** Longer than any body. */
const outlet = Buffer.alloc(4 * 1024 * 1024)

const OBJECTS = 512
const LISTS = 24
const LONG_LISTS = 4
const BATCHES = 30

/** An endpoint about which nothing is declared. */
class Controller {
  handler() {}
}
const endpoint = { owner: Controller, member: 'handler' }

/**
 * Compares ways from an instance to JSON text.
 *
 * @param {{ rounds: number, compileJsonWriters: Function, toPlain: Function, ClassSerializerInterceptor: Function, Reflector: Function, library: object, samples: object, schemas: object, buildOther?: Function }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchSerialization({
  rounds,
  compileJsonWriters,
  toPlain,
  ClassSerializerInterceptor,
  Reflector,
  library,
  samples,
  schemas,
  buildOther,
}) {
  const parts = []
  for (const [kind, { type, value }] of Object.entries(samples)) {
    const make = makerOf(type, JSON.stringify(value))
    const { writeBody: write } = compileJsonWriters(type)
    const options = {}
    const contenders = {
      corbel: (one) => write(one),
      'JSON.stringify': (one) => JSON.stringify(one),
      ...(buildOther !== undefined && { 'fast-json-stringify': buildOther(schemas[kind]) }),
      // as a route uses it where nothing stands further out, and where something does
      'corbel, ClassSerializerInterceptor': new ClassSerializerInterceptor(
        new Reflector(),
      ).prepareResultWriter(endpoint).writeBody,
      'corbel, the same, seen by others': (one) =>
        write(Array.isArray(one) ? one.map((item) => toPlain(item, options)) : toPlain(one, options)),
      'instanceToPlain + JSON.stringify': (one) => JSON.stringify(library.instanceToPlain(one)),
    }
    const expected = JSON.stringify(value)
    for (const [name, serialize] of Object.entries(contenders))
      if (String(serialize(make())) !== expected) throw new Error(`${name} writes something else for ${kind}`)
    const count = !Array.isArray(value) ? OBJECTS : value.length > 100 ? LONG_LISTS : LISTS
    const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
    for (let round = -3; round < rounds; round += 1) {
      for (const [name, serialize] of Object.entries(contenders)) {
        const batches = time(make, serialize, count)
        if (round >= 0) times[name].push(...batches)
      }
      // as between requests: what is loaded meanwhile comes in turns of its own
      await sleep(20)
    }
    const best = (name) => undisturbed(times[name])
    const rows = Object.keys(contenders).map((name) => [
      name,
      best(name).toFixed(0),
      (best('JSON.stringify') / best(name)).toFixed(2),
      (best('instanceToPlain + JSON.stringify') / best(name)).toFixed(1),
    ])
    const head = ['', 'ns', '× JSON.stringify', '× instanceToPlain + JSON.stringify']
    parts.push(`### Serialization, ${kind}\n\n${table(head, rows)}`)
  }
  return parts.join('\n')
}

function makerOf(type, text) {
  const one = (plain) => Object.assign(new type(), plain)
  return () => {
    const plain = JSON.parse(text)
    return Array.isArray(plain) ? plain.map(one) : one(plain)
  }
}

/** The time that a tenth of all batches stay below: batches are short, and those that others interrupt are the longer ones. */
function undisturbed(times) {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 10)]
}

/** Makes a body ready to be sent; gives its length in bytes. */
function send(body) {
  if (typeof body !== 'string') return body.length
  const size = Buffer.byteLength(body)
  if (size !== body.length) outlet.write(body, 0, 'utf8')
  return size
}

/** ns for one value, without its making, of each batch. */
function time(make, serialize, count) {
  const times = []
  let length = 0
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const values = Array.from({ length: count }, make)
    const start = process.hrtime.bigint()
    for (const value of values) length += send(serialize(value))
    times.push(Number(process.hrtime.bigint() - start) / count)
  }
  if (length === 0) throw new Error('nothing was written')
  return times
}
