import { loadAsset, signatureOf, type Asset } from './asset.js'
import type { StaticSettings } from './options.js'

interface Entry {
  asset: Asset
  /** ms since 1970. */
  checked: number
}

/** The files of one folder that are in memory: bounded in bytes, those that were not asked for longest go first. */
export class AssetCache {
  private readonly entries = new Map<string, Entry>()
  /** What is being looked at now: it is done once, however many ask. */
  private readonly looking = new Map<string, Promise<Asset | undefined>>()
  private size = 0

  constructor(private readonly settings: StaticSettings) {}

  /** The bytes that are kept, about. */
  get weight(): number {
    return this.size
  }

  /**
   * A file that is known, and was looked at a short while ago.
   *
   * @param path below the root
   */
  fresh(path: string): Asset | undefined {
    const entry = this.entries.get(path)
    return entry !== undefined && Date.now() - entry.checked < this.settings.checkAfter
      ? entry.asset
      : undefined
  }

  /**
   * A file as it is now.
   *
   * @param path below the root
   * @returns undefined if there is none
   */
  look(path: string): Promise<Asset | undefined> {
    const known = this.looking.get(path)
    if (known !== undefined) return known
    const looking = this.refresh(path).finally(() => this.looking.delete(path))
    this.looking.set(path, looking)
    return looking
  }

  /** Forgets a file, so that it is read anew. */
  forget(path: string): void {
    const entry = this.entries.get(path)
    if (entry === undefined) return
    this.entries.delete(path)
    this.size -= entry.asset.weight
  }

  private async refresh(path: string): Promise<Asset | undefined> {
    const { settings } = this
    const entry = this.entries.get(path)
    if (entry !== undefined && (await signatureOf(path, settings)) === entry.asset.signature) {
      entry.checked = Date.now()
      // to the end of the queue of those that have to go
      this.entries.delete(path)
      this.entries.set(path, entry)
      return entry.asset
    }
    this.forget(path)
    const asset = await loadAsset(path, settings)
    if (asset !== undefined && asset.weight <= settings.cacheSize) this.keep(path, asset)
    return asset
  }

  private keep(path: string, asset: Asset): void {
    this.entries.set(path, { asset, checked: Date.now() })
    this.size += asset.weight
    for (const oldest of this.entries.keys()) {
      if (this.size <= this.settings.cacheSize) return
      this.forget(oldest)
    }
  }
}
