import { createPrivateKey, createPublicKey } from 'node:crypto'
import {
  blindIndex,
  CryptoKeysInvalid,
  DecryptionFailed,
  encryptedField,
  Encryption,
  EnvelopeEncryption,
  generateKey,
  KeyRing,
  localKeyWrapper,
  randomId,
  randomText,
  READABLE,
  safeEqual,
  SignatureExpired,
  SignatureInvalid,
  SignedTokens,
  Signing,
} from 'corbel/crypto'
import { keygen } from 'corbel/crypto/cli'
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm'
import { createRequire } from 'node:module'
import { clock } from '../ports/clock.js'

const OLD = generateKey('old')
const NEW = generateKey('new')

/** Changes the last character of a text that still decodes. */
function flipped(text: string, at = text.length - 5): string {
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

describe('KeyRing', () => {
  it('reads keys from one line, the newest first', () => {
    const keys = KeyRing.parse(`${NEW}, ${OLD}\n`)
    expect(keys.current.id).toBe('new')
    expect(keys.get('old')!.bytes).toHaveLength(32)
    expect(keys.get('other')).toBeUndefined()
  })

  it.each([
    ['nothing', undefined],
    ['blanks', ' , '],
    ['a word', 'secret'],
    ['a short key', 'k:c2hvcnQ'],
    ['a long key', `k:${'A'.repeat(44)}A`],
    ['a key of one letter', `k:${'A'.repeat(43)}`],
    ['two of one id', `${generateKey('k')} ${generateKey('k')}`],
    ['an id with a dot', `a.b:${OLD.slice(4)}`],
  ])('refuses %s, and does not tell the key', (_name, text) => {
    let error: unknown
    try {
      KeyRing.parse(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(CryptoKeysInvalid)
    expect((error as Error).message).not.toContain(OLD.slice(4))
  })
})

describe('Encryption', () => {
  const encryption = new Encryption(new KeyRing([NEW, OLD]))

  it('gives back what it was given', () => {
    for (const text of ['', 'a', 'ä€😀', 'x'.repeat(100_000)])
      expect(encryption.decrypt(encryption.encrypt(text))).toBe(text)
    const bytes = new Uint8Array([0, 255, 128])
    expect(encryption.decryptBytes(encryption.encrypt(bytes))).toEqual(bytes)
  })

  it('never gives the same text twice, and only letters that may stand anywhere', () => {
    const texts = new Set(Array.from({ length: 100 }, () => encryption.encrypt('same')))
    expect(texts.size).toBe(100)
    for (const text of texts) expect(text).toMatch(/^v1\.new\.[\w-]+$/)
  })

  it('notices every change, of any byte', () => {
    const text = encryption.encrypt('amount=1')
    const head = 'v1.new.'.length
    for (let at = head; at < text.length - 1; at += 1)
      expect(() => encryption.decrypt(flipped(text, at)), String(at)).toThrow(DecryptionFailed)
    for (let length = 0; length < text.length - 2; length += 1)
      expect(() => encryption.decrypt(text.slice(0, length))).toThrow(DecryptionFailed)
    expect(() => encryption.decrypt(text.replace('new', 'old'))).toThrow(DecryptionFailed)
    expect(() => encryption.decrypt(`${text}.x`)).toThrow(DecryptionFailed)
  })

  it('binds a value to what it belongs to', () => {
    const text = encryption.encrypt('DE02', 'user:1:iban')
    expect(encryption.decrypt(text, 'user:1:iban')).toBe('DE02')
    expect(() => encryption.decrypt(text, 'user:2:iban')).toThrow(DecryptionFailed)
    expect(() => encryption.decrypt(text)).toThrow(DecryptionFailed)
  })

  it('reads what older keys have made, and tells what is outdated', () => {
    const old = new Encryption(new KeyRing([OLD])).encrypt('kept')
    expect(encryption.decrypt(old)).toBe('kept')
    expect([encryption.isOutdated(old), encryption.isOutdated(encryption.encrypt('kept'))]).toEqual([
      true,
      false,
    ])
    expect(() => new Encryption(new KeyRing([NEW])).decrypt(old)).toThrow(
      'its key "old" is not in the key ring',
    )
    // another key of the same name
    expect(() => new Encryption(new KeyRing([generateKey('old')])).decrypt(old)).toThrow(DecryptionFailed)
  })
})

describe('EnvelopeEncryption', () => {
  it('encrypts values by keys of their own, which a service encrypts', async () => {
    const local = localKeyWrapper(new Encryption(new KeyRing([NEW])))
    const wrapped: string[] = []
    const envelope = new EnvelopeEncryption({
      wrap: async (key, context) => {
        wrapped.push(Buffer.from(key).toString('base64url'))
        return local.wrap(key, context)
      },
      unwrap: local.unwrap,
    })
    const [one, other] = [await envelope.encrypt('a', 'x'), await envelope.encrypt('a', 'x')]
    expect(new Set(wrapped).size).toBe(2)
    expect(await envelope.decrypt(one, 'x')).toBe('a')
    await expect(envelope.decrypt(one, 'y')).rejects.toBeInstanceOf(DecryptionFailed)
    await expect(envelope.decrypt(flipped(one), 'x')).rejects.toBeInstanceOf(DecryptionFailed)
    await expect(envelope.decrypt('e1.x', 'x')).rejects.toBeInstanceOf(DecryptionFailed)
    // the key of one does not open the other
    const swapped = [...one.split('.').slice(0, 2), ...other.split('.').slice(2)].join('.')
    await expect(envelope.decrypt(swapped, 'x')).rejects.toBeInstanceOf(DecryptionFailed)
  })
})

describe('encryptedField', () => {
  const keys = new KeyRing([NEW, OLD])
  const encryption = new Encryption(keys)

  @Entity()
  class Patient {
    @PrimaryColumn('integer') id: number
    @Column({ type: 'text', nullable: true, transformer: encryptedField(() => encryption, 'patient.name') })
    name: string | null
    @Column({ type: 'text', transformer: encryptedField<string[]>(encryption, 'patient.findings') })
    findings: string[]
    @Column('text') nameIndex: string
  }

  it('keeps text in the database that nobody reads, and values in entities', async () => {
    const source = new DataSource({
      type: 'better-sqlite3',
      driver: createRequire(import.meta.url)('libsql') as unknown,
      database: ':memory:',
      entities: [Patient],
      synchronize: true,
    })
    await source.initialize()
    try {
      const patients = source.getRepository(Patient)
      // long enough to be in no text by chance
      const [name, finding] = ['Augusta Ada King', 'nothing to be found']
      const nameIndex = blindIndex(keys, name, 'patient.name')
      await patients.save({ id: 1, name, findings: [finding], nameIndex })
      await patients.save({ id: 2, name: null, findings: [], nameIndex: '' })
      const rows = await source.query<{ name: string; findings: string }[]>('SELECT * FROM patient')
      expect(JSON.stringify(rows)).not.toMatch(/augusta|nothing/i)
      expect(await patients.findOneBy({ nameIndex })).toMatchObject({ name, findings: [finding] })
      expect(await patients.findOneBy({ id: 2 })).toMatchObject({ name: null, findings: [] })
      // a value of one column is worth nothing in another
      await source.query('UPDATE patient SET name = findings WHERE id = 1')
      await expect(patients.findOneBy({ id: 1 })).rejects.toBeInstanceOf(DecryptionFailed)
    } finally {
      await source.destroy()
    }
  })

  it('has indexes that depend on key, column and value', () => {
    const index = blindIndex(keys, 'ada', 'a')
    expect(blindIndex(keys, 'ada', 'a')).toBe(index)
    expect(blindIndex(keys, 'ada', 'b')).not.toBe(index)
    expect(blindIndex(keys, 'ben', 'a')).not.toBe(index)
    expect(blindIndex(new KeyRing([OLD]), 'ada', 'a')).not.toBe(index)
  })
})

describe('Signing', () => {
  it('signs by the first key and verifies by all', () => {
    const [both, old] = [new Signing(new KeyRing([NEW, OLD])), new Signing(new KeyRing([OLD]))]
    const signature = old.sign('text', 'test')
    expect(both.verify('text', signature, 'test')).toBe(true)
    expect(old.verify('text', both.sign('text', 'test'), 'test')).toBe(false)
    expect(both.verify('texT', signature, 'test')).toBe(false)
    expect(both.verify('text', signature, 'other')).toBe(false)
    for (const wrong of [
      '',
      '.',
      'old',
      'old.',
      `${signature}.`,
      flipped(signature),
      `new${signature.slice(3)}`,
    ])
      expect(both.verify('text', wrong, 'test'), wrong).toBe(false)
  })
})

describe('SignedTokens', () => {
  const time = clock()
  const tokens = new SignedTokens(new KeyRing([NEW]), time.now)

  it('carry what they are about, for a while and for one purpose', () => {
    const token = tokens.issue('unsubscribe', { list: 7 }, { expiresIn: 60 })
    expect(tokens.verify('unsubscribe', token)).toEqual({ list: 7 })
    expect(() => tokens.verify('delete', token)).toThrow(SignatureInvalid)
    expect(() => tokens.verify('unsubscribe', flipped(token, 3))).toThrow(SignatureInvalid)
    expect(() => tokens.verify('unsubscribe', flipped(token))).toThrow(SignatureInvalid)
    for (const wrong of ['', '.', 'a.b.c', undefined, 7, {}, token.split('.')[0]])
      expect(() => tokens.verify('unsubscribe', wrong), JSON.stringify(wrong)).toThrow(SignatureInvalid)
    time.later(60_000)
    expect(() => tokens.verify('unsubscribe', token)).toThrow(SignatureExpired)
  })
})

describe('safeEqual', () => {
  it('compares text and bytes of any length', () => {
    expect(safeEqual('a', 'a')).toBe(true)
    expect(safeEqual('ä', new Uint8Array(Buffer.from('ä')))).toBe(true)
    expect(safeEqual('', '')).toBe(true)
    expect(safeEqual('a', 'b')).toBe(false)
    expect(safeEqual('a', 'aa')).toBe(false)
    expect(safeEqual('a', '')).toBe(false)
  })
})

describe('random', () => {
  it('ids are long enough, and differ', () => {
    expect(randomId()).toMatch(/^[\w-]{22}$/)
    expect(randomId(32)).toHaveLength(43)
    expect(new Set(Array.from({ length: 1000 }, () => randomId())).size).toBe(1000)
  })

  it('texts use their alphabet evenly', () => {
    const counts = new Map<string, number>()
    for (const character of randomText(31_000)) counts.set(character, (counts.get(character) ?? 0) + 1)
    expect([...counts.keys()].sort().join('')).toBe(READABLE)
    // 1000 are expected, with a deviation of 31: this fails once in ten thousand million years
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(350)
    expect(randomText(6, '01')).toMatch(/^[01]{6}$/)
    expect(() => randomText(6, 'a')).toThrow(RangeError)
  })
})

describe('corbel-keygen', () => {
  it('prints keys that can be used', () => {
    expect(new KeyRing([keygen([]).text.trim()]).current.id).toMatch(/^\d{4}-\d\d-\d\d-[\da-f]{6}$/)
    expect(new KeyRing([keygen(['ring', '2026b']).text.trim()]).current.id).toBe('2026b')
    expect(keygen(['secret']).text).toMatch(/^[\w-]{43}\n$/)
    for (const [kind, type] of [
      ['es256', 'ec'],
      ['ed25519', 'ed25519'],
      ['rs256', 'rsa'],
    ] as const) {
      const { text } = keygen([kind])
      expect(createPrivateKey(text).asymmetricKeyType).toBe(type)
      expect(createPublicKey(text.slice(text.indexOf('-----BEGIN PUBLIC'))).asymmetricKeyType).toBe(type)
    }
  })

  it('says what it can where it is asked for something else', () => {
    expect(keygen(['help']).ok).toBe(true)
    expect(keygen(['md5'])).toMatchObject({
      ok: false,
      text: expect.stringContaining('corbel-keygen [kind]'),
    })
    expect(() => keygen(['ring', 'a b'])).toThrow(CryptoKeysInvalid)
  })
})
