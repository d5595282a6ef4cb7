/** One server-sent event, as a browser would give it. */
export interface ReadEvent {
  readonly type: string
  readonly id: string | undefined
  readonly data: any
}

/** Reads the events of an answer one by one; data is JSON. */
export class EventReader {
  /** What came besides events: comments and `retry:`. */
  readonly others: string[] = []
  private text = ''
  private isOver = false
  private readonly source: ReadableStreamDefaultReader<Uint8Array>
  private readonly decoder = new TextDecoder()

  constructor(readonly response: Response) {
    this.source = response.body!.getReader()
  }

  /** Waits for the next event; undefined at the end. */
  async next(): Promise<ReadEvent | undefined> {
    for (;;) {
      const end = this.text.indexOf('\n\n')
      if (end === -1) {
        if (this.isOver) return undefined
        const { done, value } = await this.source.read()
        if (done) this.isOver = true
        else this.text += this.decoder.decode(value, { stream: true })
        continue
      }
      const block = this.text.slice(0, end)
      this.text = this.text.slice(end + 2)
      const event = parse(block)
      if (event !== undefined) return event
      this.others.push(block)
    }
  }

  /** Goes away. */
  cancel(): Promise<void> {
    return this.source.cancel()
  }
}

function parse(block: string): ReadEvent | undefined {
  const fields = block.split('\n').map((line): [string, string] => {
    const mark = line.indexOf(':')
    return [line.slice(0, mark), line.slice(mark + 1).trimStart()]
  })
  const of = (name: string): string | undefined => fields.findLast(([one]) => one === name)?.[1]
  const data = fields.filter(([name]) => name === 'data').map(([, value]) => value)
  if (data.length === 0) return undefined
  return { type: of('event') ?? 'message', id: of('id'), data: JSON.parse(data.join('\n')) }
}
