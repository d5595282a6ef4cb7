import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ListenOptions, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createH1Server } from '../../../lib/server/index.js'
import { passedSockets } from '../../../lib/server/listener/systemd.js'
import { RawClient } from '../../support/raw-http.js'
import { head } from '../start.js'

const script = fileURLToPath(new URL('./fixtures/passed-socket.ts', import.meta.url))

/** A listening socket, which is handed to a new process as descriptor 3; nobody else accepts from it. */
async function handOver(where: ListenOptions, fd: string, names?: string, bound?: () => void) {
  const listener = createServer().listen(where)
  await once(listener, 'listening')
  bound?.()
  const address = listener.address()!
  const descriptor = descriptorOf(listener)
  // the shell's process becomes node's, as with systemd's own fork: LISTEN_PID is known before the program starts
  const child = spawn(
    'sh',
    [
      '-c',
      'LISTEN_PID=$$ exec "$@"',
      'sh',
      process.execPath,
      '--import',
      '@oxc-node/core/register',
      script,
      fd,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit', descriptor],
      env: { ...process.env, LISTEN_FDS: '1', ...(names !== undefined && { LISTEN_FDNAMES: names }) },
    },
  )
  const exit = once(child, 'exit')
  const [said] = (await once(createInterface(child.stdout!), 'line')) as [string]
  listener.close()
  return { child, exit, address, said }
}

function descriptorOf(server: Server): number {
  const { fd } = Reflect.get(server, '_handle') as { fd: number }
  return fd
}

describe('a socket that is handed over', () => {
  it.each(['3', 'systemd', 'systemd:web'])('is listened on: %s', async (fd) => {
    const { child, exit, address, said } = await handOver({ port: 0, host: '127.0.0.1' }, fd, 'web')
    const { port } = address as { port: number }
    expect(JSON.parse(said)).toEqual([{ host: '127.0.0.1', port, secure: false }])
    const client = await RawClient.open(port)
    expect((await client.send(head('GET /a')).response()).body).toBe(`${child.pid} /a`)
    await client.send(head('GET /stop')).response()
    client.destroy()
    expect(await exit).toEqual([0, null])
  })

  it('may be a Unix socket, which stays for the next process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'corbel-fd-'))
    const [made, kept] = [join(folder, 'made.sock'), join(folder, 'kept.sock')]
    // the first name goes with the server that has made it here; systemd's would stay
    const { child, exit, said } = await handOver({ path: made }, 'systemd', undefined, () =>
      linkSync(made, kept),
    )
    expect(JSON.parse(said)).toEqual([{ host: '', port: 0, path: '', secure: false }])
    const client = await RawClient.open({ path: kept })
    expect((await client.send(head('GET /a')).response()).body).toBe(`${child.pid} /a`)
    await client.send(head('GET /stop')).response()
    client.destroy()
    expect(await exit).toEqual([0, null])
    expect(existsSync(kept)).toBe(true)
    rmSync(folder, { recursive: true })
  })

  it('is missed with a code', async () => {
    const { exit, said } = await handOver({ port: 0, host: '127.0.0.1' }, 'systemd:other', 'web')
    expect(said).toBe('CORBEL_LISTEN_NO_PASSED_SOCKET')
    expect(await exit).toEqual([1, null])
  })

  it('has to be one', async () => {
    await expect(createH1Server().listen({ fd: 9_999 })).rejects.toMatchObject({
      code: 'CORBEL_LISTEN_FAILED',
    })
  })
})

describe('what systemd says', () => {
  const environment = (LISTEN_FDS?: string, LISTEN_PID?: string, LISTEN_FDNAMES?: string) => ({
    LISTEN_FDS,
    LISTEN_PID,
    LISTEN_FDNAMES,
  })

  it('is the number of sockets, from 3 on, and their names', () => {
    const three = environment('3', '7', 'http:https:http')
    expect(passedSockets('systemd', three, 7)).toEqual([3, 4, 5])
    expect(passedSockets('systemd:http', three, 7)).toEqual([3, 5])
    expect(passedSockets('systemd:https', three, 7)).toEqual([4])
  })

  it.each([
    ['nothing', environment()],
    ['none', environment('0', '7')],
    ['no number', environment('x', '7')],
    ['no process', environment('1')],
    ['another process', environment('1', '8')],
  ])('may be %s', (_, given) => {
    expect(() => passedSockets('systemd', given, 7)).toThrow(
      expect.objectContaining({ code: 'CORBEL_LISTEN_NO_PASSED_SOCKET' }),
    )
  })

  it('may be other names, or no names', () => {
    for (const names of ['a', undefined, ''])
      expect(() => passedSockets('systemd:b', environment('1', '7', names), 7)).toThrow(/LISTEN_FDNAMES/)
  })
})
