import { PreparedMessage } from '../../server/index.js'
import { eventFrame } from './frames.js'

/** What stands in front of the name in the frame of an event, and between name and data. */
const BEFORE_EVENT = '{"event":'
const BEFORE_DATA = ',"data":'

/**
 * What goes to many: encoded once for all WebSockets, also once with an offset. Other wires take its event and its data out
 * of the frame as text; nothing of it is parsed for that.
 */
export class PreparedBroadcast {
  private prepared: PreparedMessage | undefined
  private offset: string | undefined
  private preparedOffset: PreparedMessage | undefined
  private name: string | undefined

  /**
   * @param content the frame of an event, or text or bytes that are sent as they are
   * @param isEvent whether it is the frame of an event
   */
  constructor(
    readonly content: string | Uint8Array,
    readonly isEvent: boolean,
  ) {}

  /**
   * An event.
   *
   * @param event its name
   * @param data what JSON can say
   */
  static event(event: string, data: unknown): PreparedBroadcast {
    return new PreparedBroadcast(eventFrame(event, data), true)
  }

  /** The message of a WebSocket. */
  get message(): PreparedMessage {
    return (this.prepared ??= new PreparedMessage(this.content))
  }

  /** The name of the event; undefined for what is none. */
  get event(): string | undefined {
    if (!this.isEvent) return undefined
    return (this.name ??= JSON.parse(this.frame.slice(BEFORE_EVENT.length, this.endOfName)) as string)
  }

  /** The data of the event as JSON; undefined where there are none. */
  get data(): string | undefined {
    if (!this.isEvent) return undefined
    const from = this.endOfName + BEFORE_DATA.length
    return from < this.frame.length ? this.frame.slice(from, -1) : undefined
  }

  /**
   * The message of a WebSocket with the member `offset`. It is made once, as long as it is the same offset.
   *
   * @param offset of this broadcast in this process
   */
  withOffset(offset: string): PreparedMessage {
    if (!this.isEvent) return this.message
    if (this.preparedOffset === undefined || this.offset !== offset) {
      this.offset = offset
      const frame = `${this.frame.slice(0, -1)},"offset":${JSON.stringify(offset)}}`
      this.preparedOffset = new PreparedMessage(frame)
    }
    return this.preparedOffset
  }

  private get frame(): string {
    return this.content as string
  }

  /** Behind the quotation mark that ends the name. */
  private get endOfName(): number {
    const { frame } = this
    let at = BEFORE_EVENT.length + 1
    for (; frame[at] !== '"'; at++) if (frame[at] === '\\') at++
    return at + 1
  }
}
