import { codeNames, Http2Client } from './client.js'
import { CODE, codeName } from './frames.js'
import { get, type Expectation, type Rule } from './rule.js'
import type { Subject } from './subjects.js'

/** A stream that no rule uses, for a request behind everything. */
const LAST = 0x7fff_ff01

/** How the bytes of a rule travel: whole, or in pieces. */
export type Travel = 'whole' | 'bytes'

/**
 * Has a server hear a rule on a connection of its own.
 *
 * @throws where it does anything else than it has to
 */
export async function verify(rule: Rule, subject: Subject, travel: Travel = 'whole'): Promise<void> {
  const { raw = false, settings } = rule
  const client = await Http2Client.open(subject.port, { raw, settings: settings ?? [], tls: subject.tls })
  const requests = subject.watch(client.socket.localPort!)
  try {
    await play(rule, client, travel)
    await meets(subject.lax ? relaxed(rule.expected) : rule.expected, client, subject.lax)
    rule.check?.(client)
    if (client.wrong !== undefined) throw new Error(`${client.wrong}; ${client.story()}`)
    if (rule.seen !== undefined) {
      const seen = requests.filter((request) => !request.endsWith('/behind'))
      if (seen.length !== rule.seen) throw new Error(`a handler has seen ${JSON.stringify(seen)}`)
    }
  } finally {
    client.destroy()
  }
}

async function play({ steps }: Rule, client: Http2Client, travel: Travel): Promise<void> {
  for (const step of steps) {
    const made = typeof step === 'function' ? step(client) : step
    if (!Buffer.isBuffer(made)) {
      await made
      continue
    }
    if (travel === 'whole' || made.length > 2_000) {
      client.send(made)
      continue
    }
    for (let at = 0; at < made.length; at++) {
      client.send(made.subarray(at, at + 1))
      // gives the server a chance to see the byte by itself; it has to make no difference whether it does
      if (at % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** Some servers say INTERNAL_ERROR for whatever is wrong. */
function relaxed(expected: Expectation): Expectation {
  return 'codes' in expected ? { ...expected, codes: [...expected.codes, CODE.INTERNAL_ERROR] } : expected
}

/** @param lax the end of the connection need not follow on GOAWAY */
async function meets(expected: Expectation, client: Http2Client, lax: boolean): Promise<void> {
  switch (expected.kind) {
    case 'checked':
      return
    case 'closed':
      await client.until('the end', ({ gone, goaway }) => gone || (lax && goaway !== undefined))
      return
    case 'connection': {
      await client.until(
        `GOAWAY ${codeNames(expected.codes)}, and the end`,
        ({ gone, goaway }) => gone || (lax && goaway !== undefined),
      )
      const { goaway } = client
      if (goaway === undefined) throw new Error(`no GOAWAY ${codeNames(expected.codes)}; ${client.story()}`)
      if (!expected.codes.includes(goaway.code)) {
        throw new Error(
          `GOAWAY ${codeName(goaway.code)} instead of ${codeNames(expected.codes)}; ${client.story()}`,
        )
      }
      return
    }
    case 'stream': {
      const log = client.stream(expected.stream)
      await client.until(
        `RST_STREAM ${codeNames(expected.codes)} on stream ${expected.stream}`,
        ({ goaway }) => log.reset !== undefined || goaway !== undefined,
      )
      const code = log.reset ?? client.goaway!.code
      if (!expected.codes.includes(code)) {
        throw new Error(`${codeName(code)} instead of ${codeNames(expected.codes)}; ${client.story()}`)
      }
      if (client.goaway === undefined) await alive(client)
      return
    }
    case 'answers': {
      for (const { stream, status, body } of expected.answers) {
        const log = client.stream(stream)
        await client.until(
          `the answer on stream ${stream}`,
          ({ goaway }) => log.ended || log.reset !== undefined || goaway !== undefined,
        )
        const found = client.status(stream)
        if (!log.ended || found !== status || (body !== undefined && log.body !== body)) {
          throw new Error(
            `${found} ${JSON.stringify(log.body.slice(0, 200))} on stream ${stream} instead of ${status} ${body ?? ''}; ${client.story()}`,
          )
        }
      }
      await alive(client)
    }
  }
}

/** Shows that another request is answered, so that the state of both sides is what it should be. */
async function alive(client: Http2Client): Promise<void> {
  await client.roundTrip()
  if (client.goaway !== undefined)
    throw new Error(`GOAWAY ${codeName(client.goaway.code)}; ${client.story()}`)
  client.send(get(LAST, '/behind'))
  const log = client.stream(LAST)
  await client.until(
    'the answer to a request behind',
    () => log.sections.length > 0 || log.reset !== undefined,
  )
  if (client.status(LAST) !== 200) throw new Error(`the request behind was not answered; ${client.story()}`)
}
