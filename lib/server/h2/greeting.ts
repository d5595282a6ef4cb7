import { settingsFrame, windowUpdateFrame } from './frame-writer.js'
import type { H2Settings } from './limits.js'
import { DEFAULT_WINDOW, Setting } from './wire-format.js'

/**
 * What a server begins with: its settings, and the rest of the connection's window, which no setting tells.
 *
 * @see RFC 9113 §3.4, §6.9.2
 */
export function greeting(settings: H2Settings): string {
  const { connectionWindowSize } = settings
  const frame = settingsFrame([
    [Setting.HeaderTableSize, settings.headerTableSize],
    [Setting.MaxConcurrentStreams, settings.maxConcurrentStreams],
    [Setting.InitialWindowSize, settings.streamWindowSize],
    [Setting.MaxFrameSize, settings.maxFrameSize],
    [Setting.MaxHeaderListSize, settings.maxHeaderListSize],
    [Setting.EnableConnectProtocol, settings.connectProtocol ? 1 : 0],
    [Setting.NoRfc7540Priorities, 1],
  ])
  return connectionWindowSize === DEFAULT_WINDOW
    ? frame
    : frame + windowUpdateFrame(0, connectionWindowSize - DEFAULT_WINDOW)
}
