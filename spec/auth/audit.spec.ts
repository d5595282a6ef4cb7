import { AUDIT_LOG, ConsoleAuditLog, Controller, Get, MemoryAuditLog, type AuditEvent } from 'corbel'
import {
  AuthModule,
  BasicStrategy,
  CredentialsInvalid,
  type JwtService,
  MemoryRefreshTokenStore,
  PasswordHasher,
  PasswordLogin,
  RefreshTokens,
} from 'corbel/auth'
import { MemorySecondFactorStore, SecondFactor } from 'corbel/auth/totp'
import { TOTP } from 'otpauth'
import { basic, serve, withAuthorization, type Served } from './served.js'

@Controller('things')
class ThingsController {
  @Get() list() {
    return []
  }
}

const hasher = new PasswordHasher({ cost: 4, parallelization: 1 })

describe('the audit log of authentication', () => {
  let served: Served | undefined
  afterEach(() => served?.close())

  it('hears of wrong credentials, from where they came and why they were refused', async () => {
    const log = new MemoryAuditLog()
    served = await serve({
      imports: [AuthModule.forRoot({ strategies: [new BasicStrategy({ verify: () => undefined })] })],
      controllers: [ThingsController],
      providers: [{ provide: AUDIT_LOG, useValue: log }],
    })
    expect((await served.send('/things', withAuthorization(basic('ada', 'hunter2')))).status).toBe(401)
    // nobody has tried anything
    expect((await served.send('/things')).status).toBe(401)
    expect(log.events).toMatchObject([
      { type: 'auth.refused', outcome: 'failure', address: '127.0.0.1', action: 'ThingsController.list' },
    ])
    expect(log.events[0]!.reason).toContain('not valid')
    expect(JSON.stringify(log.events)).not.toContain('hunter2')
  })

  it('hears of logins and changed passwords, and of no name that may be a password', async () => {
    const log = new MemoryAuditLog()
    const account = { id: '1', passwordHash: await hasher.hash('correct horse') }
    const passwords = new PasswordLogin({
      hasher,
      audit: log,
      accounts: {
        findByLogin: (name) => (name === 'ada' ? account : undefined),
        savePasswordHash: (_id, hash) => void (account.passwordHash = hash),
      },
    })
    await passwords.login('ada', 'correct horse')
    await expect(passwords.login('ada', 'wrong')).rejects.toBeInstanceOf(CredentialsInvalid)
    await expect(passwords.login('correct horse', '')).rejects.toBeInstanceOf(CredentialsInvalid)
    await passwords.change('1', 'a better battery')
    expect(log.events.map(({ type, outcome, actor, reason }) => [type, outcome, actor, reason])).toEqual([
      ['auth.login', 'success', '1', undefined],
      ['auth.login', 'failure', '1', 'the password was wrong.'],
      ['auth.login', 'failure', undefined, 'no such account.'],
      ['auth.password-changed', 'success', '1', undefined],
    ])
    expect(JSON.stringify(log.events)).not.toMatch(/horse|battery/)
  })

  it('hears of second factors and of stolen refresh tokens', async () => {
    const log = new MemoryAuditLog()
    const timestamp = 1_700_000_000_000
    const factor = new SecondFactor({
      store: new MemorySecondFactorStore(),
      issuer: 'Shop',
      audit: log,
      now: () => timestamp,
    })
    const { secret } = await factor.enrol('1', 'ada')
    await factor.confirm('1', new TOTP({ secret }).generate({ timestamp }))
    await expect(factor.verify('1', '000000x')).rejects.toBeInstanceOf(CredentialsInvalid)
    await factor.remove('1')
    expect(log.events.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['confirm', 'success'],
      ['verify', 'failure'],
      ['remove', 'success'],
    ])
    const jwt = { sign: async () => 'access' } as unknown as JwtService
    const tokens = new RefreshTokens({ jwt, store: new MemoryRefreshTokenStore(), audit: log })
    const { refresh_token: token } = await tokens.issue('1')
    await tokens.refresh(token)
    await expect(tokens.refresh(token)).rejects.toMatchObject({ code: 'CORBEL_REFRESH_TOKEN_REUSED' })
    expect(log.of('auth.token-reused')).toMatchObject([{ actor: '1', outcome: 'failure' }])
  })
})

describe('ConsoleAuditLog', () => {
  it('writes one line for each event, whatever is in it (log injection)', () => {
    const lines: string[] = []
    const log = new ConsoleAuditLog((line) => void lines.push(line))
    const nasty = 'x\n{"audit":true,"type":"forged"}\r\u0085\u2028\u2029\u001b[2J\u009b2J\u007f\u202e'
    const event: AuditEvent = { type: 'auth.login', outcome: 'failure', at: 0, actor: nasty, reason: nasty }
    log.record(event)
    expect(lines).toHaveLength(1)
    const line = lines[0]!
    expect(line.endsWith('\n')).toBe(true)
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/)
    expect(JSON.parse(line)).toMatchObject({ audit: true, actor: nasty, at: '1970-01-01T00:00:00.000Z' })
  })
})

describe('MemoryAuditLog', () => {
  it('forgets the oldest of more than it holds', () => {
    const log = new MemoryAuditLog(2)
    for (const type of ['a', 'b', 'c']) log.record({ type, outcome: 'success', at: 0 })
    expect(log.events.map(({ type }) => type)).toEqual(['b', 'c'])
  })
})
