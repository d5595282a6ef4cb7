import { answer, tableOf } from './routes.js'

describe('methods', () => {
  const table = tableOf([
    'GET /a/:id',
    'POST /a/special',
    'PUT /a/:id',
    '* /any',
    'GET /any',
    'HEAD /head',
    'GET /head',
    'POST /b',
    'DELETE /:x',
    'GET /deep/*',
    'POST /deep/er',
  ])

  it.each([
    ['GET', '/a/1', 'GET /a/:id'],
    ['HEAD', '/a/1', 'GET /a/:id'],
    ['HEAD', '/head', 'HEAD /head'],
    ['POST', '/a/special', 'POST /a/special'],
    ['GET', '/any', 'GET /any'],
    ['HEAD', '/any', 'GET /any'],
    ['POST', '/any', '* /any'],
    ['BREW', '/any', '* /any'],
    ['DELETE', '/any', '* /any'],
    ['DELETE', '/b', 'DELETE /:x'],
  ])('%s %s', (method, path, to) => {
    expect(answer(table, method, path)).toMatchObject({ to })
  })

  it('falls through a more specific path that lacks the method', () => {
    expect(answer(table, 'GET', '/a/special')).toEqual({ to: 'GET /a/:id', params: { id: 'special' } })
    expect(answer(table, 'GET', '/deep/er')).toMatchObject({ to: 'GET /deep/*' })
  })

  it('tells which methods a path has, over all its patterns, sorted (RFC 9110 §15.5.6)', () => {
    expect(answer(table, 'PATCH', '/a/1')).toBe('method: GET, HEAD, OPTIONS, PUT')
    expect(answer(table, 'PATCH', '/a/special')).toBe('method: GET, HEAD, OPTIONS, POST, PUT')
    expect(answer(table, 'BREW', '/b')).toBe('method: DELETE, OPTIONS, POST')
    expect(answer(table, 'PATCH', '/%62/')).toBe('method: DELETE, OPTIONS, POST')
    expect(answer(table, 'PUT', '/deep/er')).toBe('method: GET, HEAD, OPTIONS, POST')
    // a slash at the end does not count, except for what follows it
    expect(answer(table, 'PUT', '/deep/')).toBe('method: DELETE, GET, HEAD, OPTIONS')
    expect(answer(table, 'PUT', '/deep')).toBe('method: DELETE, OPTIONS')
  })

  it('answers a refusal and OPTIONS by an object made at boot', () => {
    const refusal = table.match('OPTIONS', '/a/1')
    expect(refusal).toBe(table.match('PATCH', '/a/2'))
    expect(Object.isFrozen(refusal)).toBe(true)
  })

  it('does not take the case of a method lightly (RFC 9110 §9.1)', () => {
    expect(answer(table, 'get', '/a/1')).toBe('method: GET, HEAD, OPTIONS, PUT')
  })

  it('says not-found where no method has the path', () => {
    expect(answer(table, 'GET', '/no/where')).toBe('not-found')
    expect(answer(tableOf([]), 'GET', '/')).toBe('not-found')
  })
})
