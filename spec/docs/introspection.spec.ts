import { readFileSync, writeFileSync } from 'node:fs'
import { createApp, formatDescription } from 'corbel'
import { AppModule } from '../../samples/cats/app.module.js'

describe('docs/introspection.md', () => {
  it('shows what is printed', async () => {
    const write = jest.fn<(text: string) => void>()
    const console = { log: write }
    // #region print
    const app = await createApp(AppModule, { logger: false })
    await app.init()
    console.log(formatDescription(app.describe()))
    // #endregion
    await app.close()
    const file = new URL('../../docs/introspection.md', import.meta.url)
    const page = readFileSync(file, 'utf8')
    const updated = page.replace(/```text\n[^]*?\n```/, `\`\`\`text\n${write.mock.calls[0]![0]}\n\`\`\``)
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, updated)
    else expect(page).toBe(updated)
  })

  it('finds what has no guard', async () => {
    const app = await createApp(AppModule, { logger: false })
    await app.init()
    // #region query
    const unguarded = app
      .describe()
      .endpoints.filter(({ plan }) => !plan.some((step) => step.startsWith('guard ')))
      .map(({ handler }) => handler)
    expect(unguarded).toEqual([])
    // #endregion
    await app.close()
  })
})
