/** The fields of a request, looked up in whatever form the engine keeps them. Names are given in lower case. */
export interface HeaderView {
  /** The field's value; several lines of one name are joined by `, ` (`; ` for cookie) in their order (RFC 9110 §5.3). */
  get(name: string): string | undefined
  /** Each line's value on its own; empty if there is none. */
  getAll(name: string): readonly string[]
  has(name: string): boolean
  /** All lines in the order of the wire, names in lower case. */
  lines(): readonly (readonly [name: string, value: string])[]
  /**
   * All fields as one object in the form that Node's `IncomingMessage.headers` has: `set-cookie` is an array, lines of
   * one name are joined, and the first line wins for fields that may occur only once. The same object each time.
   */
  toObject(): Record<string, string | string[] | undefined>
}

/** Fields of which a second line is dropped rather than joined, as Node does. */
const SINGLETONS = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
])

/** A view over two parallel lists, for engines that have decoded their fields already. */
export class ListedHeaders implements HeaderView {
  private object: Record<string, string | string[] | undefined> | undefined

  /**
   * @param names in lower case, in the order of the wire
   * @param values the value at the same index
   */
  constructor(
    private readonly names: readonly string[],
    private readonly values: readonly string[],
  ) {}

  get(name: string): string | undefined {
    const first = this.names.indexOf(name)
    if (first === -1) return undefined
    let value = this.values[first]!
    for (let i = first + 1; i < this.names.length; i++) {
      if (this.names[i] === name) value += (name === 'cookie' ? '; ' : ', ') + this.values[i]!
    }
    return value
  }

  getAll(name: string): readonly string[] {
    return this.values.filter((_, i) => this.names[i] === name)
  }

  has(name: string): boolean {
    return this.names.includes(name)
  }

  lines(): readonly (readonly [string, string])[] {
    return this.names.map((name, i) => [name, this.values[i]!] as const)
  }

  toObject(): Record<string, string | string[] | undefined> {
    if (this.object !== undefined) return this.object
    const object: Record<string, string | string[] | undefined> = Object.create(null) as typeof this.object &
      object
    for (let i = 0; i < this.names.length; i++) {
      const name = this.names[i]!
      const value = this.values[i]!
      const known = object[name]
      if (name === 'set-cookie')
        object[name] = known === undefined ? [value] : [...(known as string[]), value]
      else if (known === undefined) object[name] = value
      else if (!SINGLETONS.has(name))
        object[name] = `${known as string}${name === 'cookie' ? '; ' : ', '}${value}`
    }
    return (this.object = object)
  }
}
