import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { Controller, GoneException, Get, Header, Module, StreamableFile } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'
import { eventually } from '../support/eventually.js'

let stuck: Readable | undefined

// eslint-disable-next-line require-yield -- fails before it yields
async function* failing(): AsyncGenerator<Uint8Array> {
  throw new GoneException()
}

@Controller()
class Files {
  @Get('missing')
  missing() {
    return new StreamableFile(createReadStream('/nowhere/there-is-no-such-file'), {
      disposition: 'attachment',
    })
  }

  @Get('handled')
  handled() {
    return new StreamableFile(createReadStream('/nowhere/there-is-no-such-file')).setErrorHandler(
      (_, response) => response.status(404).send('gone'),
    )
  }

  @Get('own-error')
  ownError() {
    return new StreamableFile(failing())
  }

  @Get('stuck')
  stuck() {
    stuck = new Readable({ read() {} })
    return new StreamableFile(stuck)
  }

  @Get('empty')
  empty() {
    return new StreamableFile(Readable.from([]))
  }

  @Get('declared')
  @Header('content-disposition', 'attachment; filename="declared"')
  declared() {
    return new StreamableFile(Buffer.from('x'), { disposition: 'inline' })
  }
}

@Module({ controllers: [Files] })
class App {}

overProtocols('a file that cannot be read', () => {
  it('is answered with 400, without details', async () => {
    const { fetch } = await serve(App)
    const answer = await fetch('/missing')
    expect(answer.status).toBe(400)
    expect(answer.headers.has('content-disposition')).toBe(false)
    expect(await answer.text()).not.toContain('nowhere')
  })

  it('is answered by its own handler, if it has one', async () => {
    const { fetch } = await serve(App)
    const answer = await fetch('/handled')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toBe('gone')
  })

  it('may say itself what the answer is', async () => {
    expect((await (await serve(App)).fetch('/own-error')).status).toBe(410)
  })
})

overProtocols('a file', () => {
  it('is closed when the client goes away before its first byte', async () => {
    stuck = undefined
    const { fetch } = await serve(App)
    const controller = new AbortController()
    const answer = fetch('/stuck', { signal: controller.signal })
    await eventually(() => expect(stuck).toBeDefined())
    controller.abort()
    await expect(answer).rejects.toThrow()
    await eventually(() => expect(stuck!.destroyed).toBe(true))
  })

  it('may be empty', async () => {
    const answer = await (await serve(App)).fetch('/empty')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('')
  })

  it('keeps the disposition that is declared for the handler', async () => {
    const answer = await (await serve(App)).fetch('/declared')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="declared"')
  })

  it('made of bytes can be read as a stream', async () => {
    const chunks = await new StreamableFile(Buffer.from('bytes')).getStream().toArray()
    expect(Buffer.concat(chunks as Buffer[]).toString()).toBe('bytes')
  })
})
