import type { Socket } from 'node:net'
import { malformed, type ProxyHeader } from './header.js'
import { parseProxyHeader } from './parse.js'

/** What came of waiting for a PROXY header. */
export interface Introduction {
  /** Undefined if there was none, which only happens where it is not required. */
  readonly header: ProxyHeader | undefined
  /** Bytes that came behind it already. */
  readonly rest: Buffer
}

/** How a connection has to begin. */
export interface IntroductionRules {
  /** A connection without header is refused. */
  readonly required: boolean
  /** ms for the header to arrive. */
  readonly headerTimeout: number
}

/**
 * Waits for the PROXY header that a proxy sends before anything else.
 *
 * @param socket just accepted
 * @param rules see `IntroductionRules`
 * @param done called with the last byte of the header; listens for what follows at once, or pauses the socket
 * @param refused the header is malformed, missing or late, or the peer went without a word (no error); closing is for the callee
 */
export function awaitIntroduction(
  socket: Socket,
  { required, headerTimeout }: IntroductionRules,
  done: (introduction: Introduction) => void,
  refused: (error: Error | undefined) => void,
): void {
  let received: Buffer = Buffer.alloc(0)
  const stop = (): void => {
    clearTimeout(timer)
    socket.removeListener('data', onData)
    socket.removeListener('end', onEnd)
    socket.removeListener('close', stop)
  }
  const refuse = (error: Error | undefined): void => {
    stop()
    refused(error)
  }
  // to connect and go without a word is how load balancers ask whether the port is open
  const onEnd = (): void => refuse(received.length === 0 ? undefined : malformed('it is cut off'))
  const onData = (data: Buffer): void => {
    received = received.length === 0 ? data : Buffer.concat([received, data])
    let header: ReturnType<typeof parseProxyHeader>
    try {
      header = parseProxyHeader(received)
    } catch (error) {
      return refuse(error instanceof Error ? error : malformed(String(error)))
    }
    if (header === 'incomplete') return
    if (header === 'absent' && required) return refuse(malformed('there is none'))
    stop()
    if (header === 'absent') done({ header: undefined, rest: received })
    else done({ header, rest: received.subarray(header.length) })
  }
  const timer = setTimeout(() => refuse(malformed('it did not arrive in time')), headerTimeout)
  timer.unref()
  socket.on('data', onData)
  socket.on('end', onEnd)
  socket.on('close', stop)
}
