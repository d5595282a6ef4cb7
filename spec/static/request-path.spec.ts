import { isImmutable } from '../../lib/static/cache-control.js'
import { isHidden, relativePath } from '../../lib/static/request-path.js'

describe('the path of a file', () => {
  it.each([
    ['', ''],
    ['/', ''],
    ['/app.js', 'app.js'],
    ['/docs/', 'docs/'],
    ['/a%20b/%C3%BC.txt', 'a b/ü.txt'],
    ['/100%2525', '100%25'],
    ['/a..b/c.', 'a..b/c.'],
  ])('%j is %j', (path, expected) => {
    expect(relativePath(path, false)).toBe(expected)
  })

  it.each([
    '//a',
    '/a//b',
    '/..',
    '/a/../b',
    '/.',
    '/%2e%2e/a',
    '/a%2fb',
    '/a%5Cb',
    '/a%00',
    '/a%0a',
    '/%zz',
    '/%ff',
    '/C:/a',
    '/c%3a',
  ])('there is none in %j', (path) => {
    expect(relativePath(path, false)).toBeUndefined()
  })

  it.each([
    '/ab:stream',
    '/a.txt::$DATA',
    '/secret.',
    '/secret%20',
    '/secret./a',
    '/con',
    '/a/NUL.txt',
    '/com1.log',
    '/PROGRA~1',
    '/a%7Cb',
    '/a%3Fb',
  ])('on Windows there is none in %j', (path) => {
    expect(relativePath(path, true)).toBeUndefined()
    expect(relativePath(path, false)).toBeDefined()
  })

  it.each([
    ['.env', true],
    ['a/.git/b', true],
    ['.well-known/x', false],
    ['a/.well-known/x', true],
    ['.well-known/.x', true],
    ['a.b/c', false],
  ])('%s hidden: %s', (path, expected) => {
    expect(isHidden(path)).toBe(expected)
  })
})

it.each([
  ['assets/index-BfG3aK2x.js', true],
  ['main.3f2c91ab.css', true],
  ['chunk-0123456789abcdef0123.js', true],
  ['jquery-3.7.1.min.js', false],
  ['my-component.js', false],
  ['report-20260101.pdf', false],
  ['photo-IMG20260101.jpg', false],
  ['index.html', false],
])('the name %s changes with what is in the file: %s', (path, expected) => {
  expect(isImmutable(path, true)).toBe(expected)
  expect(isImmutable(path)).toBe(false)
})
