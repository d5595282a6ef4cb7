import { readParts, selectParts, type Exchange, type HeaderList, type Selection } from '../http/index.js'
import { FileSource, pump, type HttpContext } from '../web/index.js'
import { isSameState, type AssetForm } from './asset.js'

/** What may change the answer: RFC 9110 §13.1, §14.2. */
const CONDITIONS = ['if-none-match', 'if-modified-since', 'range', 'if-match', 'if-unmodified-since']

/**
 * Answers with a file.
 *
 * @param context of a GET or HEAD request
 * @param form of the file
 * @param isRanged whether parts may be asked for
 * @returns false if the file on the disk is another one by now: nothing was sent
 * @throws {CorbelError} CORBEL_PRECONDITION_FAILED (412); CORBEL_RANGE_NOT_SATISFIABLE (416)
 */
export function sendForm(
  context: HttpContext,
  form: AssetForm,
  isRanged: boolean,
): boolean | Promise<boolean> {
  const { exchange } = context
  const { bytes, size } = form
  // a route that has left the answer to files has headers of its own
  const isUsual = context.touchedResponse === undefined && context.route === undefined
  if (bytes !== undefined && isUsual && !isConditional(exchange)) {
    const { sink } = exchange
    sink.head(200, preparedHeaders(context, form), size)
    sink.end(bytes)
    return true
  }
  return sendSelection(context, form, isRanged)
}

function isConditional({ headers }: Exchange): boolean {
  for (const name of CONDITIONS) if (headers.has(name)) return true
  return false
}

/** Rendered once by the engine: nobody else has a say in them. */
function preparedHeaders(context: HttpContext, form: AssetForm): HeaderList {
  if (context.isSecure) return (form.preparedForTls ??= context.complete(form.headers.clone()).freeze())
  return (form.prepared ??= context.complete(form.headers.clone()).freeze())
}

function sendSelection(context: HttpContext, form: AssetForm, isRanged: boolean): boolean | Promise<boolean> {
  const { exchange } = context
  const headers = mergedHeaders(context, form)
  const whole = { size: form.size, acceptRanges: isRanged }
  const selection = select(exchange, headers, whole)
  const { status, length, ranges = [{ start: 0, end: form.size - 1 }] } = selection
  const touched = context.touchedResponse
  if (touched !== undefined) touched.statusCode = status
  const sink = context.outlet
  if (status === 304 || exchange.method === 'HEAD' || length === 0) {
    sink.head(status, context.complete(headers), status === 304 ? 'none' : length)
    sink.end()
    return true
  }
  const { bytes } = form
  if (bytes === undefined) return sendFromDisk(context, form, headers, { ...selection, ranges })
  sink.head(status, context.complete(headers), length)
  if (selection.frame !== undefined)
    return pump(
      sink,
      readParts(selection, (range) => one(bytes.subarray(range.start, range.end + 1))),
    ).then(() => true)
  sink.end(bytes.subarray(ranges[0]!.start, ranges[0]!.end + 1))
  return true
}

/** What was said about the file is not about the error. */
function select(
  exchange: Exchange,
  headers: HeaderList,
  whole: Parameters<typeof selectParts>[2],
): Selection {
  try {
    return selectParts(exchange, headers, whole)
  } catch (error) {
    for (const name of ['cache-control', 'last-modified', 'content-encoding', 'content-type'])
      if (!headers.frozen) headers.delete(name)
    throw error
  }
}

/** What middleware has set stays; `Vary` is for both. */
function mergedHeaders({ touchedResponse }: HttpContext, { headers }: AssetForm): HeaderList {
  if (touchedResponse === undefined) return headers.clone()
  for (const [name, value] of headers) {
    if (name === 'vary') touchedResponse.vary(value)
    else if (!touchedResponse.headers.has(name)) touchedResponse.headers.append(name, value)
  }
  return touchedResponse.headers
}

async function sendFromDisk(
  context: HttpContext,
  { file, stats }: AssetForm,
  headers: HeaderList,
  selection: Selection,
): Promise<boolean> {
  const source = await FileSource.open(file)
  try {
    if (source === undefined || !isSameState(source.stats, stats)) return false
    const sink = context.outlet
    sink.head(selection.status, context.complete(headers), selection.length)
    await pump(
      sink,
      readParts(selection, (range) => source.read(range)),
    )
    return true
  } finally {
    await source?.close()
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
