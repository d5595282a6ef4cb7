import { Socket } from 'node:net'
import type { WireSocket } from '../socket.js'

const SIZE = 64 * 1024

/** Where Node keeps the buffer that a socket reads into, and whom it tells. */
interface Internals {
  readonly buffer: symbol
  readonly callback: symbol
}

type Listener = (length: number) => boolean

let known: Internals | undefined | null = null

/** The memory of all readers: how `borrowReads` knows sockets that were attached to one. */
const lent = new WeakSet<object>()

/** Takes what was read, with the socket as `this`: one function serves all sockets. Always answers true: read on. */
export type BorrowedListener<S extends WireSocket> = (this: S, size: number, buffer: Buffer) => true

/**
 * Hands what a socket reads to a new owner who can do with borrowed memory: without a copy, and without the way through the
 * socket's stream. Ends of stream and errors go their usual way.
 *
 * @param socket that a reader has given back
 * @param listener is told how many bytes of the buffer are new; they are valid only until it returns
 * @returns false if the socket does not read into shared memory: then it emits `data` as always
 */
export function borrowReads<S extends WireSocket>(socket: S, listener: BorrowedListener<S>): boolean {
  if (known === null || known === undefined) return false
  const buffer: unknown = Reflect.get(socket, known.buffer)
  if (typeof buffer !== 'object' || buffer === null || !lent.has(buffer)) return false
  Reflect.set(socket, known.callback, listener)
  return true
}

/**
 * Finds out how this Node keeps the public `onread` option of `net.connect`, which server sockets do not have.
 *
 * @returns undefined where it cannot be told, so that the public way is taken
 */
function findInternals(): Internals | undefined {
  const callback = (): boolean => true
  const buffer = Buffer.alloc(1)
  const options: object = { onread: { buffer, callback } }
  const socket: object = new Socket(options)
  const find = (value: unknown): symbol | undefined =>
    Object.getOwnPropertySymbols(socket).find((symbol) => Reflect.get(socket, symbol) === value)
  const found = { buffer: find(buffer), callback: find(callback) }
  return found.buffer === undefined || found.callback === undefined ? undefined : (found as Internals)
}

/** Reads from sockets into memory of its own. */
export interface SocketReader {
  /**
   * Makes a socket read into the reader's memory. Ends of stream and errors go their usual way.
   *
   * @param socket just accepted, nothing read yet
   * @param receive gets the bytes; they are valid only until it returns
   * @returns false if the socket does not allow it: then it emits `data` as always
   */
  attach(socket: WireSocket, receive: (bytes: Buffer) => void): boolean
  /**
   * Gives a socket back: from now on it emits `data` like any other, with bytes of its own.
   *
   * @param socket that was attached, or not
   */
  detach(socket: WireSocket): void
}

/**
 * One buffer that all sockets of a server read into, instead of a new one for each read. Only one read is looked at at a
 * time, so nobody else writes into it meanwhile; whatever is kept longer has to be copied.
 *
 * An accelerator: it rests on how Node keeps the `onread` option, is used only where that is found as expected, and is
 * off with CORBEL_HTTP_ACCELERATE=0. The engine behaves the same without it.
 */
export class SharedReader implements SocketReader {
  private readonly buffer = Buffer.allocUnsafeSlow(SIZE)

  private constructor(private readonly internals: Internals) {
    lent.add(this.buffer)
  }

  /**
   * @param wanted by default, unless the environment says CORBEL_HTTP_ACCELERATE=0
   * @returns undefined where it is not wanted, or where this Node does not allow it
   */
  static create(wanted = process.env['CORBEL_HTTP_ACCELERATE'] !== '0'): SharedReader | undefined {
    if (!wanted) return undefined
    if (known === null) known = findInternals()
    return known === undefined ? undefined : new SharedReader(known)
  }

  attach(socket: WireSocket, receive: (bytes: Buffer) => void): boolean {
    const handle: unknown = Reflect.get(socket, '_handle')
    if (socket.constructor !== Socket || !canUseBuffer(handle)) return false
    const { buffer, internals } = this
    const listener: Listener = (length) => {
      receive(buffer.subarray(0, length))
      return true
    }
    Reflect.set(socket, internals.buffer, buffer)
    Reflect.set(socket, internals.callback, listener)
    handle.useUserBuffer(buffer)
    return true
  }

  detach(socket: WireSocket): void {
    const { buffer, internals } = this
    if (Reflect.get(socket, internals.buffer) !== buffer) return
    // the handle goes on reading into the shared buffer, which cannot be undone
    Reflect.set(socket, internals.callback, pushCopy)
  }
}

function pushCopy(this: WireSocket, length: number, buffer: Buffer): boolean {
  return this.push(Buffer.from(buffer.subarray(0, length)))
}

function canUseBuffer(handle: unknown): handle is { useUserBuffer(buffer: Buffer): void } {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle
}
