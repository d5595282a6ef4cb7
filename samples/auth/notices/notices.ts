import { Injectable } from 'corbel'
import { randomId } from 'corbel/crypto'
import { Notice } from './notice.js'

/** The notices, in memory. */
@Injectable()
export class Notices {
  private rows: readonly Notice[] = []

  find(id: string): Notice | undefined {
    return this.rows.find((one) => one.id === id)
  }

  all(): readonly Notice[] {
    return this.rows
  }

  add(authorId: string, author: string, text: string): void {
    this.rows = [new Notice(randomId(), authorId, author, text, new Date()), ...this.rows].slice(0, 200)
  }

  remove({ id }: Notice): void {
    this.rows = this.rows.filter((one) => one.id !== id)
  }
}
