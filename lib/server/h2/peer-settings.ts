import { H2Error } from './errors.js'
import { protocolError, uint32At } from './frame-reader.js'
import { ErrorCode, MAX_FRAME_SIZE, MAX_WINDOW, Setting } from './wire-format.js'

/** Who acts on what a client sets. */
export interface SettingsTaker {
  headerTableSize(size: number): void
  initialWindow(size: number): void
  frameSize(size: number): void
}

/** What a client has set (RFC 9113 §6.5.2). */
export class PeerSettings {
  /** It takes pushed answers. */
  enablePush = true
  /** Pushed answers that it takes at a time. */
  maxConcurrentStreams = Infinity

  constructor(private readonly taker: SettingsTaker) {}

  /**
   * Takes settings, in their order; unknown ones are ignored.
   *
   * @param payload settings of six bytes each
   * @throws {H2Error} for values that may not be
   */
  apply(payload: Uint8Array): void {
    for (let at = 0; at < payload.length; at += 6) {
      this.set((payload[at]! << 8) | payload[at + 1]!, uint32At(payload, at + 2))
    }
  }

  private set(id: number, value: number): void {
    switch (id) {
      case Setting.HeaderTableSize:
        return this.taker.headerTableSize(value)
      case Setting.EnablePush:
        if (value > 1) throw protocolError(`SETTINGS_ENABLE_PUSH is ${value}`)
        this.enablePush = value === 1
        return
      case Setting.MaxConcurrentStreams:
        this.maxConcurrentStreams = value
        return
      case Setting.InitialWindowSize:
        if (value > MAX_WINDOW) {
          throw new H2Error(ErrorCode.FlowControlError, `SETTINGS_INITIAL_WINDOW_SIZE is ${value}`)
        }
        return this.taker.initialWindow(value)
      case Setting.MaxFrameSize:
        if (value < 16_384 || value > MAX_FRAME_SIZE)
          throw protocolError(`SETTINGS_MAX_FRAME_SIZE is ${value}`)
        return this.taker.frameSize(value)
      case Setting.EnableConnectProtocol:
      case Setting.NoRfc7540Priorities:
        if (value > 1) throw protocolError(`the setting ${id} is ${value}`)
        return
    }
  }
}
