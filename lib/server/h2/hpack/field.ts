import { FieldKind } from '../field-kind.js'

/** What a field is added to its name and value for when sizes of tables and lists are counted (RFC 7541 §4.1). */
export const FIELD_OVERHEAD = 32

/** One line of a header section, as decoded. Entries of tables are the same object each time that they are referred to. */
export class Field {
  /** Bytes as RFC 7541 §4.1 counts them. */
  readonly size: number
  /** Belongs to whoever reads fields: what it has found out about this one. */
  kind = FieldKind.Unknown

  /**
   * @param name as received, one character a byte
   * @param value one character a byte
   */
  constructor(
    readonly name: string,
    readonly value: string,
  ) {
    this.size = name.length + value.length + FIELD_OVERHEAD
  }
}
