import type { SessionRecord, SessionStore } from 'corbel/core'

/** A store under test, empty, whose clock can be moved. */
export interface SessionStoreSubject {
  readonly store: SessionStore
  /** Milliseconds since 1970, by the clock of the store. */
  now(): number
  /** Lets milliseconds pass. */
  later(ms: number): void | Promise<void>
}

/** Of a driver whose clock cannot be held, nothing expires while a test runs, however slow. */
const HOUR = 3_600_000

const session = (subject: SessionStoreSubject, changes: Partial<SessionRecord> = {}): SessionRecord => ({
  id: 'one',
  subject: undefined,
  values: { count: 1 },
  createdAt: subject.now(),
  expiresAt: subject.now() + 10 * HOUR,
  version: 1,
  ...changes,
})

/** What every driver of the port does. */
export const SESSION_STORE_RULES: Readonly<Record<string, (subject: SessionStoreSubject) => Promise<void>>> =
  {
    async 'gives back what was written, as a record of its own'(subject) {
      const { store } = subject
      const record = session(subject, { subject: 'ada', values: { a: { b: [1, 'ü', null] } } })
      expect(await store.write(record)).toBe(true)
      const read = await store.read('one')
      expect(read).toEqual(record)
      ;(read!.values['a'] as { b: unknown[] }).b.push(2)
      expect(await store.read('one')).toEqual(record)
      expect(await store.read('two')).toBeUndefined()
    },

    async 'does not write over what somebody else has written'(subject) {
      const { store } = subject
      const first = session(subject)
      expect(await store.write(first)).toBe(true)
      expect(await store.write(first)).toBe(false)
      const writes = await Promise.all(
        [1, 2, 3].map((count) => store.write({ ...first, values: { count }, version: 2 })),
      )
      expect(writes.filter(Boolean)).toHaveLength(1)
      expect((await store.read('one'))!.values).toEqual({ count: writes.indexOf(true) + 1 })
    },

    async 'does not bring back what was destroyed'(subject) {
      const { store } = subject
      await store.write(session(subject))
      expect(await store.destroy('one')).toBe(true)
      expect(await store.destroy('one')).toBe(false)
      expect(await store.write(session(subject, { version: 2 }))).toBe(false)
      expect(await store.touch('one', subject.now() + 10 * HOUR)).toBe(false)
      expect(await store.read('one')).toBeUndefined()
    },

    async 'forgets when the time is over, later if it is touched'(subject) {
      const { store, later } = subject
      await store.write(session(subject, { subject: 'ada' }))
      await later(6 * HOUR)
      expect(await store.touch('one', subject.now() + 10 * HOUR)).toBe(true)
      await later(6 * HOUR)
      expect(await store.read('one')).toMatchObject({ version: 1, expiresAt: subject.now() + 4 * HOUR })
      await later(6 * HOUR)
      expect(await store.read('one')).toBeUndefined()
      expect(await store.list('ada')).toEqual([])
      expect(await store.touch('one', subject.now() + 10 * HOUR)).toBe(false)
      expect(await store.write(session(subject, { version: 2 }))).toBe(false)
      expect(await store.write(session(subject))).toBe(true)
    },

    async 'lists the sessions of a subject, the oldest first'(subject) {
      const { store } = subject
      const createdAt = subject.now()
      await store.write(session(subject, { id: 'b', subject: 'ada', createdAt: createdAt - 1000 }))
      await store.write(session(subject, { id: 'a', subject: 'ada', createdAt }))
      await store.write(session(subject, { id: 'c', subject: 'bob', createdAt }))
      await store.write(session(subject, { id: 'd' }))
      expect((await store.list('ada')).map(({ id }) => id)).toEqual(['b', 'a'])
      expect(await store.list('eve')).toEqual([])
    },

    async 'moves a session to another subject'(subject) {
      const { store } = subject
      await store.write(session(subject))
      await store.write(session(subject, { subject: 'ada', version: 2 }))
      expect((await store.list('ada')).map(({ id }) => id)).toEqual(['one'])
      await store.write(session(subject, { subject: 'bob', version: 3 }))
      expect(await store.list('ada')).toEqual([])
      expect((await store.list('bob')).map(({ id }) => id)).toEqual(['one'])
      expect(await store.destroyAll('ada')).toBe(0)
      expect(await store.read('one')).toMatchObject({ subject: 'bob' })
    },

    async 'ends all sessions of a subject but one'(subject) {
      const { store } = subject
      for (const id of ['a', 'b', 'c']) await store.write(session(subject, { id, subject: 'ada' }))
      await store.write(session(subject, { id: 'd', subject: 'bob' }))
      expect(await store.destroyAll('ada', 'b')).toBe(2)
      expect((await store.list('ada')).map(({ id }) => id)).toEqual(['b'])
      expect(await store.read('a')).toBeUndefined()
      expect(await store.destroyAll('ada')).toBe(1)
      expect(await store.read('d')).toBeDefined()
    },
  }
