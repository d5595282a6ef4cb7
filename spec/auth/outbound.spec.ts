import { AuthUrlRefused, checkUrl, isPrivateAddress, localPath, outboundFetch } from 'corbel/auth'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

describe('requests to configured URLs', () => {
  it.each([
    'http://id.example/jwks',
    'file:///etc/passwd',
    'https://user:password@id.example/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::127.0.0.1]/',
    'https://[::ffff:0:127.0.0.1]/',
    'https://[fec0::1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::7f00:1]/',
    'not a url',
  ])('are refused: %s', (url) => {
    expect(() => checkUrl(url)).toThrow(AuthUrlRefused)
    expect(() => outboundFetch()(url)).toThrow(AuthUrlRefused)
  })

  it('look at the address when they connect: a name that leads home is refused', async () => {
    let asked = 0
    const server = createServer((_request, response) => {
      asked += 1
      response.end('inside')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await expect(outboundFetch({ timeout: 60_000 })(`https://localhost:${port}/`)).rejects.toThrow(
      /leads into a private network/,
    )
    expect(asked).toBe(0)
    const answer = await outboundFetch({ allowPrivate: true, timeout: 60_000 })(`http://localhost:${port}/`)
    expect(await answer.text()).toBe('inside')
    server.close()
  })

  it('follow no redirect: a public address could lead inside', async () => {
    let inside = 0
    const server = createServer((request, response) => {
      if (request.url === '/inside') inside += 1
      response.writeHead(302, { location: '/inside' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await expect(
      outboundFetch({ allowPrivate: true, timeout: 60_000 })(`http://localhost:${port}/`),
    ).rejects.toThrow('it redirects')
    expect(inside).toBe(0)
    server.closeAllConnections()
    server.close()
  })

  it('know the networks that are not the internet', () => {
    for (const address of [
      '0.0.0.0',
      '100.64.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      'ff02::1',
      '::ffff:10.0.0.1',
      '::ffff:a00:1',
      '::10.0.0.1',
      'fe80::1%lo',
      '3fff::1',
      'nonsense',
    ])
      expect(isPrivateAddress(address), address).toBe(true)
    for (const address of ['1.1.1.1', '172.32.0.1', '2606:4700::1', '::ffff:1.1.1.1'])
      expect(isPrivateAddress(address), address).toBe(false)
  })

  it('end in time', async () => {
    const server = createServer(() => undefined)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const fetch = outboundFetch({ allowPrivate: true, timeout: 50 })
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
    server.closeAllConnections()
    server.close()
  })
})

describe('where somebody wants to go after login', () => {
  it.each(['/', '/account?tab=1#top', '/a/../b', '/%2f%2fevil.example', '/a:b@c'])(
    'may be here: %s',
    (path) => {
      const found = localPath(path)!
      expect(new URL(found, 'https://app.example').origin).toBe('https://app.example')
    },
  )

  it.each([
    '',
    'account',
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/ok\r\nSet-Cookie: a=b',
    'javascript:alert(1)',
    ['/a', '//evil.example'],
    undefined,
    `/${'a'.repeat(3000)}`,
  ])('may not be elsewhere: %j', (path) => {
    expect(localPath(path)).toBeUndefined()
  })
})
