// Starts the built Conduit as `npm start` does, drives it over TCP, and stops it with SIGINT.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import assert from 'node:assert/strict'

const folder = await mkdtemp(join(tmpdir(), 'corbel-smoke-'))
const env = { ...process.env, PORT: '0', CONDUIT_DATABASE: join(folder, 'conduit.sqlite') }
const started = performance.now()
const child = spawn(process.execPath, ['build/samples/conduit/main.js'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))

try {
  const url = await address(child)
  const tags = await fetch(`${url}/api/tags`)
  const ready = performance.now() - started
  assert.equal(tags.status, 200)

  const call = async (method, path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Token ${token}` }) }
    const response = await fetch(`${url}/api${path}`, { method, headers, body: body && JSON.stringify(body) })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const user = { username: 'mason', email: 'mason@example.com', password: 'chisel and mallet' }
  const registered = await call('POST', '/users', { user })
  assert.equal(registered.status, 201)
  const { token } = registered.body.user
  const article = {
    title: 'On corbels',
    description: 'Short',
    body: 'They carry weight.',
    tagList: ['stone'],
  }
  const created = await call('POST', '/articles', { article }, token)
  assert.equal(created.status, 201)
  assert.equal((await call('GET', '/articles?author=mason')).body.articlesCount, 1)
  assert.equal((await call('POST', '/articles', { article: { title: '' } }, token)).status, 422)
  assert.equal((await call('POST', '/articles', { article })).status, 401)
  assert.equal((await call('DELETE', `/articles/${created.body.article.slug}`, undefined, token)).status, 204)

  child.kill('SIGINT')
  assert.deepEqual(await exited, { code: 0, signal: null })
  console.log(`Conduit: answered ${Math.round(ready)} ms after its start, stopped with exit code 0`)
} finally {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await exited
  await rm(folder, { recursive: true, force: true })
}

/** Waits for the line that names the address. */
function address(child) {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      // what follows is there, too, so the port is complete
      const url = /(https?:\/\/[^\s/]+)[\s/]/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('exit', () => reject(new Error(`Conduit ended before it listened:\n${output}`)))
  })
}
