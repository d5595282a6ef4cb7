/** A file of the library, as clients see it. */
export interface StoredFile {
  readonly id: string
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** How the page shows it; `none` for what is only offered for download. */
  readonly kind: 'video' | 'audio' | 'image' | 'none'
}
