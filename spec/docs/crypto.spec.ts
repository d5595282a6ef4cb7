import { Controller, Get, Global, Inject, Module, Param, Post, UseGuards } from 'corbel'
import {
  blindIndex,
  encryptedField,
  Encryption,
  generateKey,
  KeyRing,
  SignedTokens,
  SignedUrlGuard,
  SignedUrls,
} from 'corbel/crypto'
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
import { serve, type Served } from '../auth/served.js'

process.env['APP_KEYS'] = generateKey('2026b')

// #region keys
const keys = KeyRing.parse(process.env['APP_KEYS']) // 2026b:…,2025a:…

@Global()
@Module({
  providers: [
    { provide: Encryption, useFactory: () => new Encryption(keys) },
    { provide: SignedUrls, useFactory: () => new SignedUrls(keys) },
    { provide: SignedTokens, useFactory: () => new SignedTokens(keys) },
  ],
  exports: [Encryption, SignedUrls, SignedTokens],
})
class CryptoModule {}
// #endregion

// #region entity
const encryption = new Encryption(keys)

@Entity()
class Patient {
  @PrimaryGeneratedColumn() id: number

  @Column({ type: 'text', transformer: encryptedField(encryption, 'patient.email') })
  email: string

  /** By which it can be looked for: `blindIndex(keys, email.toLowerCase(), 'patient.email')`. */
  @Column('text')
  emailIndex: string
}
// #endregion

// #region urls
@Controller('reports')
class ReportsController {
  constructor(
    @Inject(SignedUrls) private readonly urls: SignedUrls,
    @Inject(SignedTokens) private readonly tokens: SignedTokens,
  ) {}

  @Post(':id/link')
  link(@Param('id') id: string) {
    return { url: this.urls.sign(`/reports/${id}`, { expiresIn: 3600 }) }
  }

  @UseGuards(SignedUrlGuard)
  @Get(':id')
  show(@Param('id') id: string) {
    return { id }
  }

  @Post('unsubscribe/:token')
  unsubscribe(@Param('token') token: string) {
    return this.tokens.verify<{ list: number }>('unsubscribe', token)
  }
}
// #endregion

describe('the page on cryptography', () => {
  let served: Served
  beforeAll(async () => {
    served = await serve({ imports: [CryptoModule], controllers: [ReportsController] })
  })
  afterAll(() => served.close())

  it('does what it says', async () => {
    const { url } = (await served.send('/reports/7/link', { method: 'POST' })).body as { url: string }
    expect((await served.send(url)).body).toEqual({ id: '7' })
    expect((await served.send('/reports/7')).status).toBe(403)
    const token = served.app.get(SignedTokens).issue('unsubscribe', { list: 7 }, { expiresIn: 86_400 })
    expect((await served.send(`/reports/unsubscribe/${token}`, { method: 'POST' })).body).toEqual({ list: 7 })
    expect(encryption.decrypt(encryption.encrypt('x', 'y'), 'y')).toBe('x')
    expect(blindIndex(keys, 'a', 'patient.email')).toHaveLength(43)
    expect(new Patient()).toBeInstanceOf(Patient)
  })
})
