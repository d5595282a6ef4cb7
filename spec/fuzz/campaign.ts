import { sample } from 'fast-check'
import { createH1Server } from '../../lib/server/index.js'
import { disagreement } from '../conformance/http1/agreement.js'
import { LENDING_READER, LentClient, MemoryClient } from '../conformance/http1/memory.js'
import { Recorder } from '../conformance/http1/recorder.js'
import { readRequests, type Reading } from '../conformance/http1/reference.js'
import { requestRules } from '../conformance/http1/rules/index.js'
import { mutate } from './mutate.js'
import { Random } from './random.js'
import { nearlyValid } from './requests.js'

/** What a campaign has tried. */
export interface Figures {
  inputs: number
  bytes: number
  /** Requests that the server has seen and answered. */
  requests: number
  /** Inputs by how the grammar reads their end. */
  readonly ends: Record<Reading['end'], number>
}

/** An input by which the engine was found wanting. */
export interface Finding {
  readonly input: string
  readonly problem: string
}

const BATCH = 64
/** Turns of the event loop that a connection may take to close once its client has hung up. */
const PATIENCE = 100

const RULES = Object.values(requestRules)
  .flat()
  .filter(({ bytes }) => bytes.length < 4000)
// what is in order several times over: mutations of it get further
const IN_ORDER = RULES.filter(({ refused }) => refused === undefined)
const CORPUS = [...RULES, ...IN_ORDER, ...IN_ORDER, ...IN_ORDER].map(({ bytes }) => bytes)

/**
 * Sends random inputs over many connections at a time, in random pieces, and compares what the engine makes of each with
 * what the grammar says. Every head has a host of its own, so that nothing of one connection can get into another unseen.
 *
 * @param seed decides about everything
 * @param runs inputs
 * @param progress called now and then
 * @returns what was tried, and the first input that went wrong
 */
export async function campaign(
  seed: number,
  runs: number,
  progress: (figures: Figures) => void = () => undefined,
): Promise<{ figures: Figures; finding: Finding | undefined }> {
  const random = new Random(seed)
  const laboratory = new Laboratory()
  const figures: Figures = {
    inputs: 0,
    bytes: 0,
    requests: 0,
    ends: { clean: 0, closed: 0, incomplete: 0, rejected: 0 },
  }
  while (figures.inputs < runs) {
    const generated = sample(nearlyValid, { numRuns: BATCH / 2, seed: random.below(2 ** 31) })
    const corpus = [...CORPUS, ...generated]
    const inputs = Array.from({ length: BATCH }, (_, i) => {
      const text = i % 2 === 0 ? generated[i / 2]! : mutate(corpus, random)
      return text.replaceAll('Host: a\r', `Host: a${figures.inputs + i}\r`)
    })
    const seen = await laboratory.run(inputs, random)
    for (const [i, { requests, problem }] of seen.entries()) {
      const input = inputs[i]!
      figures.inputs++
      figures.bytes += input.length
      figures.requests += requests
      figures.ends[readRequests(input).end]++
      if (problem !== undefined) return { figures, finding: { input, problem } }
    }
    progress(figures)
  }
  laboratory.check()
  return { figures, finding: undefined }
}

/** One server and its clients. */
export class Laboratory {
  private readonly errors: unknown[] = []
  private readonly recorder = new Recorder()
  private readonly server = createH1Server({ onError: (error) => this.errors.push(error), accelerate: false })
  private connections = 0

  constructor() {
    Reflect.set(this.server, 'reader', LENDING_READER)
    this.server.handle(this.recorder.handler)
  }

  /** Sends each input on a connection of its own, all at the same time. */
  async run(
    inputs: readonly string[],
    random: Random,
  ): Promise<{ requests: number; problem: string | undefined }[]> {
    const clients = inputs.map((input) => {
      const id = ++this.connections
      const client = id % 2 === 0 ? new MemoryClient(id) : new LentClient(id)
      this.server.accept(client)
      return { client, pieces: pieces(input, random), patient: random.below(2) === 0 }
    })
    for (let turn = 0; clients.some(({ client, pieces }) => pieces.length > 0 || !client.destroyed); turn++) {
      if (turn > PATIENCE) break
      for (const { client, pieces, patient } of clients) {
        const piece = pieces.shift()
        if (piece !== undefined) client.feed(piece)
        // at once behind the last byte, or after a while
        if (pieces.length === 0 && (!patient || turn > 6)) client.hangUp()
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    return clients.map(({ client }, i) => {
      const requests = this.recorder.take(client.remotePort)
      const problem = client.destroyed
        ? attempt(() => disagreement(inputs[i]!, requests, client.received))
        : 'it hangs'
      return { requests: requests.length, problem: problem ?? this.unhandled() }
    })
  }

  /** @throws if something was left behind */
  check(): void {
    const left: unknown = Reflect.get(this.server, 'connections')
    if (left instanceof Set && left.size > 0) throw new Error(`${left.size} connections were not forgotten`)
  }

  private unhandled(): string | undefined {
    return this.errors.length === 0
      ? undefined
      : `an error that nobody handled: ${String(this.errors.shift())}`
  }
}

function attempt(check: () => string | undefined): string | undefined {
  try {
    return check()
  } catch (error) {
    return String(error)
  }
}

/** Cuts a text in up to four pieces, sometimes in single bytes. */
function pieces(text: string, random: Random): string[] {
  if (text.length < 60 && random.below(16) === 0) return text.split('')
  const places = Array.from({ length: random.below(4) }, () => random.below(text.length + 1))
  const bounds = [0, ...places.sort((a, b) => a - b), text.length]
  return bounds.slice(1).map((end, i) => text.slice(bounds[i], end))
}

/**
 * Takes as much from a failing input as it can lose and still fail.
 *
 * @param finding what failed
 */
export async function shrink({ input, problem }: Finding): Promise<Finding> {
  let best = { input, problem }
  for (let size = Math.ceil(input.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.input.length;) {
      const candidate = best.input.slice(0, at) + best.input.slice(at + size)
      const [seen] = await new Laboratory().run([candidate], new Random(1))
      if (seen?.problem === undefined) at += size
      else best = { input: candidate, problem: seen.problem }
    }
  }
  return best
}
