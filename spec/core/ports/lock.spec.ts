import { LockTaken, MemoryLock } from '../../../lib/core/index.js'

describe('locks in memory', () => {
  it('are had by one at a time, in the order of asking, with growing tokens', async () => {
    const lock = new MemoryLock()
    const order: string[] = []
    const first = await lock.acquire('a')
    const others = ['second', 'third'].map(async (who) => {
      const lease = await lock.acquire('a', { wait: 10_000 })
      order.push(who)
      await lease.release()
      return lease.token!
    })
    expect(order).toEqual([])
    await first.release()
    const [second, third] = await Promise.all(others)
    expect(order).toEqual(['second', 'third'])
    expect([second! > first.token!, third! > second!]).toEqual([true, true])
  })

  it('are refused where they are not free, by name', async () => {
    const lock = new MemoryLock()
    const lease = await lock.acquire('a')
    await expect(lock.acquire('a')).rejects.toThrow(LockTaken)
    await (await lock.acquire('b')).release()
    await lease.release()
    await lease.release()
    await (await lock.acquire('a')).release()
  })

  it('become free when their time is over, and say so to who had them', async () => {
    const lock = new MemoryLock()
    const lease = await lock.acquire('a', { ttl: 5 })
    const next = await lock.acquire('a', { wait: 60_000 })
    expect(lease.signal.aborted).toBe(true)
    expect(next.signal.aborted).toBe(false)
    // the late holder gives nothing back that is not his any more
    await lease.release()
    await expect(lock.acquire('a')).rejects.toMatchObject({ code: 'CORBEL_LOCK_TAKEN' })
    await next.release()
  })

  it('stop waiting when they are told to', async () => {
    const lock = new MemoryLock()
    const lease = await lock.acquire('a')
    const controller = new AbortController()
    const waiting = lock.acquire('a', { wait: 60_000, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(lock.acquire('a', { signal: controller.signal })).rejects.toThrow('enough')
    await lease.release()
    await (await lock.acquire('a')).release()
  })
})
