import { WriteWatch } from '../../../lib/server/wire/write-watch.js'

/** A socket of which a test says how much is waiting and how much has left. */
class CountingSocket {
  readonly _handle = { bytesWritten: 1_000_000, writeQueueSize: 1_000_000 }
  writableLength = 1_000_000

  take(bytes: number): void {
    this._handle.writeQueueSize -= bytes
  }
}

function watch(minWriteRate: number) {
  const socket = new CountingSocket()
  const writes = new WriteWatch(socket, { writeTimeout: 10_000, minWriteRate })
  expect(writes.isStalled(0)).toBe(false)
  return { socket, writes }
}

describe('a client that reads slowly', () => {
  it('is given up if it takes less than the rate asks for, however steadily', () => {
    const { socket, writes } = watch(100)
    for (let now = 500; now < 10_000; now += 500) {
      socket.take(49)
      expect(writes.isStalled(now)).toBe(false)
    }
    socket.take(49)
    expect(writes.isStalled(10_000)).toBe(true)
  })

  it('is kept if it takes as much as the rate asks for, in whatever portions', () => {
    const { socket, writes } = watch(100)
    for (let now = 9_500; now < 100_000; now += 9_500) {
      socket.take(1000)
      expect(writes.isStalled(now)).toBe(false)
    }
    expect(writes.isStalled(110_000)).toBe(true)
  })

  it('is kept for any progress where no rate is asked for', () => {
    const { socket, writes } = watch(0)
    for (let now = 9_500; now < 100_000; now += 9_500) {
      socket.take(1)
      expect(writes.isStalled(now)).toBe(false)
    }
    expect(writes.isStalled(110_000)).toBe(true)
  })

  it('has its whole time again once it has taken everything', () => {
    const { socket, writes } = watch(100)
    socket.writableLength = 0
    expect(writes.isStalled(9_500)).toBe(false)
    socket.writableLength = 1_000_000
    expect(writes.isStalled(10_000)).toBe(false)
    expect(writes.isStalled(19_999)).toBe(false)
    expect(writes.isStalled(20_000)).toBe(true)
  })

  it('is kept for any change where the socket does not count its bytes', () => {
    const { socket, writes } = watch(100)
    Reflect.set(socket, '_handle', undefined)
    for (let now = 9_500; now < 100_000; now += 9_500) {
      socket.writableLength--
      expect(writes.isStalled(now)).toBe(false)
    }
    expect(writes.isStalled(110_000)).toBe(true)
  })
})
