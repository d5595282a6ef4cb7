import { InjectionToken } from '../di/index.js'
import type { LiveOptions } from './options.js'

/** What `LiveModule` was given. */
export const LIVE_OPTIONS = new InjectionToken<LiveOptions>('LiveModule options')
