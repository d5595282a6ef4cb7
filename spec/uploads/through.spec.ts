import { PROTOCOLS } from '../support/protocols.js'
import { uploadThrough } from './through/upload.js'

describe.each(PROTOCOLS)('uploads of 64 MiB over %s', (protocol) => {
  it('go through a process that grows by less than 50 MiB; temporary files are gone (npm run upload: 1 GiB)', async () => {
    const results = await uploadThrough(64, ['storage', 'disk', 'parts'], protocol)
    for (const { route, size, growth, left } of results) {
      expect([route, size, left]).toEqual([route, 64 * 1024 * 1024, 0])
      expect(growth, route).toBeLessThan(50)
    }
  }, 60_000)
})
