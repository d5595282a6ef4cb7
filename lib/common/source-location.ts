/** What this file needs of Node's inspector; typed here, since the module is looked up at run time only. */
interface Session {
  connect(): void
  disconnect(): void
  on(event: 'Debugger.scriptParsed', listener: (message: { params: Script }) => void): void
  post(method: string, params?: object, callback?: (error: Error | null, result: never) => void): void
}

interface Script {
  readonly scriptId: string
  readonly url: string
  readonly sourceMapURL?: string
}

interface Position {
  readonly scriptId: string
  readonly lineNumber: number
  readonly columnNumber: number
}

interface Described {
  readonly result: readonly { readonly name: string; readonly value?: { readonly objectId?: string } }[]
  readonly internalProperties?: readonly {
    readonly name: string
    readonly value?: { readonly value?: Position }
  }[]
}

const HANDED_OVER = '__corbelLocated'

/**
 * Finds out where classes and functions are written, for messages that name them. Costs nothing until it is called, and
 * some ten milliseconds then: Node's inspector is asked, which knows the position of every function. Through source maps,
 * where scripts name one.
 *
 * @param functions classes or functions
 * @returns `src/users.ts:12` for each, relative to the working directory; undefined where the runtime cannot tell
 */
export function locateFunctions(functions: readonly unknown[]): (string | undefined)[] {
  if (!functions.some((one) => typeof one === 'function')) return functions.map(() => undefined)
  try {
    return withInspector((session, scripts) =>
      positionsOf(functions, session).map((position) => {
        const script = position && scripts.get(position.scriptId)
        return script && describePosition(script, position)
      }),
    )
  } catch {
    // no inspector in this runtime, or one that answers otherwise: the message does without
    return functions.map(() => undefined)
  }
}

function withInspector<T>(use: (session: Session, scripts: ReadonlyMap<string, Script>) => T): T {
  const { Session } = builtin('node:inspector') as { Session: new () => Session }
  const session = new Session()
  const scripts = new Map<string, Script>()
  session.connect()
  try {
    session.on('Debugger.scriptParsed', ({ params }) => void scripts.set(params.scriptId, params))
    session.post('Debugger.enable')
    return use(session, scripts)
  } finally {
    session.disconnect()
  }
}

/** The inspector sees the functions through a global that is there for as long as the question takes. */
function positionsOf(functions: readonly unknown[], session: Session): (Position | undefined)[] {
  const holder = globalThis as { [HANDED_OVER]?: readonly unknown[] }
  holder[HANDED_OVER] = functions
  try {
    const list = ask<{ result: { objectId: string } }>(session, 'Runtime.evaluate', {
      expression: `globalThis.${HANDED_OVER}`,
    })
    const { result } = ask<Described>(session, 'Runtime.getProperties', {
      objectId: list.result.objectId,
      ownProperties: true,
    })
    return functions.map((_, index) => {
      const objectId = result.find(({ name }) => name === String(index))?.value?.objectId
      if (objectId === undefined) return undefined
      const found = ask<Described>(session, 'Runtime.getProperties', { objectId, ownProperties: true })
      return found.internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value
    })
  } finally {
    delete holder[HANDED_OVER]
  }
}

function ask<T>(session: Session, method: string, params: object): T {
  let answer: T | undefined
  // a session with the own thread answers before post() returns
  session.post(method, params, (_error, result) => (answer = result))
  return answer!
}

function describePosition(script: Script, position: Position): string {
  const { url, line } = throughSourceMap(script, position) ?? {
    url: script.url,
    line: position.lineNumber,
  }
  const { fileURLToPath } = builtin('node:url') as typeof import('node:url')
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  const here = `${process.cwd()}/`
  return `${path.startsWith(here) ? path.slice(here.length) : path}:${line + 1}`
}

function throughSourceMap(
  { url, sourceMapURL = '' }: Script,
  { lineNumber, columnNumber }: Position,
): { url: string; line: number } | undefined {
  if (sourceMapURL === '') return undefined
  const base = url.startsWith('/') ? `file://${url}` : url
  const { SourceMap } = builtin('node:module') as typeof import('node:module')
  const map = new SourceMap(JSON.parse(readUrl(new URL(sourceMapURL, base))) as never)
  const entry = map.findEntry(lineNumber, columnNumber)
  return 'originalSource' in entry
    ? { url: new URL(entry.originalSource, base).href, line: entry.originalLine }
    : undefined
}

function readUrl(url: URL): string {
  if (url.protocol === 'data:') {
    const [kind, data] = url.pathname.split(',', 2) as [string, string]
    return kind.endsWith(';base64') ? Buffer.from(data, 'base64').toString() : decodeURIComponent(data)
  }
  return (builtin('node:fs') as typeof import('node:fs')).readFileSync(url, 'utf8')
}

function builtin(name: string): unknown {
  return process.getBuiltinModule(name)
}
