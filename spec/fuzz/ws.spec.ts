import { SEED } from '../support/properties.js'
import { Random } from './random.js'
import { wsCampaign } from './ws/campaign.js'

// a short run; `npm run fuzz -- --protocol ws` is the long one, with a new seed each time
describe('random WebSocket frames', () => {
  it('neither crash the engine, nor hang it, nor are answered otherwise than the model says', async () => {
    const { figures, finding } = await wsCampaign(new Random(SEED), 6_400)
    expect(finding, `CORBEL_SEED=${SEED}`).toBeUndefined()
    // the generators are of use only if much of it is understood
    expect(figures.frames).toBeGreaterThan(6_000)
    expect(figures.answers).toBeGreaterThan(4_000)
    for (const code of [1000, 1002, 1005, 1006, 1007, 1009]) {
      expect(figures.ends[code], `code ${code}`).toBeGreaterThan(10)
    }
  }, 180_000)
})
