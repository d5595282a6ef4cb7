import { SEED } from '../support/properties.js'
import { campaign } from './campaign.js'

// a short run; `npm run fuzz` is the long one, with a new seed each time
describe('random input', () => {
  it('neither crashes the engine, nor hangs it, nor is read otherwise than the grammar says', async () => {
    const { figures, finding } = await campaign(SEED, 20_000)
    expect(finding, `CORBEL_SEED=${SEED}`).toBeUndefined()
    // the generators are of use only if they get behind the first line
    expect(figures.requests).toBeGreaterThan(5000)
    for (const count of Object.values(figures.ends)) expect(count).toBeGreaterThan(50)
  }, 120_000)
})
