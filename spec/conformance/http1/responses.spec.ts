import { timeless } from './answers.js'
import { responseRules } from './rules/responses.js'
import { TRANSPORTS } from './transports.js'

const undated = (received: string) => received.replaceAll(/^date: .*?(?=\r\n)/gm, 'date: *')

describe.each(TRANSPORTS)('answers in HTTP/1.1 over $name', ({ start }) => {
  it.each(responseRules)('$name ($source)', async ({ bytes, handler, out }) => {
    const subject = await start({}, handler)
    try {
      const { received, before } = await subject.converse(bytes)
      // over a network nobody can tell what was said before the client hung up
      if (before === undefined) expect(timeless(received)).toBe(timeless(out))
      else expect(undated(before)).toBe(out)
    } finally {
      await subject.close()
    }
  })
})
