import { Logger, SecurityTxtModule, type SecurityTxtOptions } from 'corbel'
import { AuthModule, SessionStrategy } from 'corbel/auth'
import { AuthorizationModule } from 'corbel/authorization'
import { serve } from '../auth/served.js'

const inAYear = new Date(Date.now() + 300 * 86_400_000)

describe('security.txt', () => {
  it('is served as RFC 9116 has it, whatever guards there are', async () => {
    const served = await serve({
      imports: [
        SecurityTxtModule.forRoot({
          contact: ['mailto:security@example.com', 'https://example.com/report'],
          expires: inAYear,
          encryption: 'https://example.com/key.txt',
          preferredLanguages: ['en', 'de-CH'],
          canonical: 'https://example.com/.well-known/security.txt',
          policy: 'https://example.com/policy',
        }),
        AuthModule.forRoot({ strategies: [new SessionStrategy({ read: () => undefined })] }),
        AuthorizationModule.forRoot({ denyByDefault: true }),
      ],
    })
    try {
      const answer = await served.send('/.well-known/security.txt')
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
      expect(answer.text.split('\n')).toEqual([
        'Contact: mailto:security@example.com',
        'Contact: https://example.com/report',
        `Expires: ${inAYear.toISOString().slice(0, 19)}Z`,
        'Encryption: https://example.com/key.txt',
        'Preferred-Languages: en, de-CH',
        'Canonical: https://example.com/.well-known/security.txt',
        'Policy: https://example.com/policy',
        '',
      ])
    } finally {
      await served.close()
    }
  })

  it.each<[Partial<SecurityTxtOptions>, string]>([
    [{ contact: [] }, 'there is none'],
    [{ contact: 'security@example.com' }, 'is no URI'],
    [{ contact: 'http://example.com' }, 'has to be https'],
    [{ contact: 'mailto:a@b.c\nPolicy: https://evil.example' }, 'is no URI'],
    [{ policy: 'https://example.com/a b' }, 'is no URI'],
    [{ expires: 'soon' }, 'it is no date'],
    [{ preferredLanguages: ['en\nHiring: x'] }, 'is no language tag'],
  ])('cannot be made of %j', (options, message) => {
    const make = () => SecurityTxtModule.forRoot({ contact: 'mailto:a@b.c', expires: inAYear, ...options })
    expect(make).toThrow(message)
    expect(make).toThrow(expect.objectContaining({ code: 'CORBEL_SECURITY_TXT' }))
  })

  it.each([
    [-1, 'has expired'],
    [400, 'in more than a year'],
  ])('warns when it is %s days until it expires', async (days, message) => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined)
    const expires = new Date(Date.now() + days * 86_400_000)
    const served = await serve({ imports: [SecurityTxtModule.forRoot({ contact: 'mailto:a@b.c', expires })] })
    await served.close()
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(message))
    warn.mockRestore()
  })
})
