import { gzipSync } from 'node:zlib'
import { bundleClient } from './bundle.js'

describe('the client for pages', () => {
  it('is one file of less than 5 KB, which needs nothing of Node', async () => {
    const code = await bundleClient()
    expect(code).not.toMatch(/\bimport\b|\brequire\b|\bprocess\b|\bBuffer\b/)
    expect(code).toContain('connect')
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(5000)
  })
})
