import { SEED } from '../support/properties.js'
import { http2Campaign } from './http2/campaign.js'
import { Random } from './random.js'

// a short run; `npm run fuzz -- --protocol http2` is the long one, with a new seed each time
describe('random frames', () => {
  it('neither crash the engine, nor hang it, nor make it break the rules itself', async () => {
    const { figures, finding } = await http2Campaign(new Random(SEED), 12_800)
    expect(finding, `CORBEL_SEED=${SEED}`).toBeUndefined()
    // the generators are of use only if much of it is understood
    expect(figures.requests).toBeGreaterThan(5_000)
    expect(figures.answers).toBeGreaterThan(3_000)
    for (const code of [1, 3, 6, 9]) expect(figures.given[code], `code ${code}`).toBeGreaterThan(20)
  }, 180_000)
})
