import { changelogMarkdown, compareDocuments, type OpenApiDocument } from 'corbel'

describe('docs/api-changes.md', () => {
  it('compares documents', () => {
    const released: OpenApiDocument = {
      openapi: '3.1.1',
      info: { title: 'Cats', version: '1.4.0' },
      paths: { '/cats': { get: { responses: { 200: { description: 'OK' } } } } },
    }
    const current = { ...released, info: { title: 'Cats', version: '1.5.0' }, paths: {} }
    const check = (): void => {
      // #region compare
      const comparison = compareDocuments(released, current)
      const changelog = changelogMarkdown(comparison, { date: '2026-01-31' })
      if (!comparison.isAcceptable) throw new Error(changelog)
      // #endregion
    }
    expect(check).toThrow('- `GET /cats`: The operation is gone.')
  })
})
