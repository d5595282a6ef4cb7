/** What the codec has found out about a request. */
export interface RequestHead {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly minor: number
  readonly persistent: boolean
  readonly expectsContinue: boolean
  readonly upgrade: string | undefined
  readonly fieldsStart: number
  readonly fieldsEnd: number
}

/** The head of a request that could not be read. */
export const UNREADABLE: RequestHead = {
  method: 'GET',
  target: '/',
  authority: '',
  minor: 1,
  persistent: false,
  expectsContinue: false,
  upgrade: undefined,
  fieldsStart: 0,
  fieldsEnd: 0,
}

/** The same of one that is known to be HEAD, so that its answer has no body (RFC 9110 §9.3.2). */
export const UNREADABLE_HEAD: RequestHead = { ...UNREADABLE, method: 'HEAD' }
