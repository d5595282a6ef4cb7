// Who is writing.

/** How often it is said again while somebody writes, and after which silence he has stopped. */
const AGAIN = 3000
const SILENT = 5000

export class Typing {
  #place
  #field
  #tell
  #others = new Map()
  #toldAt = 0
  #onInput = () => this.#input()

  /** `tell` is called with whether the user writes. */
  constructor(place, field, tell) {
    this.#place = place
    this.#field = field
    this.#tell = tell
    field.addEventListener('input', this.#onInput)
  }

  heard({ id, user, isTyping }) {
    this.gone(id)
    if (!isTyping) return
    this.#others.set(id, { user, timer: setTimeout(() => this.gone(id), SILENT) })
    this.#draw()
  }

  /** A connection that writes no more, or is not there any more. */
  gone(id) {
    clearTimeout(this.#others.get(id)?.timer)
    if (this.#others.delete(id)) this.#draw()
  }

  /** A user has said it. */
  stopped(userId) {
    for (const [id, { user }] of this.#others) if (user.id === userId) this.gone(id)
  }

  /** The message is on its way. */
  done() {
    this.#toldAt = 0
  }

  clear() {
    for (const id of this.#others.keys()) this.gone(id)
  }

  close() {
    this.clear()
    this.#field.removeEventListener('input', this.#onInput)
  }

  #input() {
    const now = Date.now()
    if (this.#field.value === '') {
      if (this.#toldAt > 0) this.#tell(false)
      this.#toldAt = 0
    } else if (now - this.#toldAt > AGAIN) {
      this.#toldAt = now
      this.#tell(true)
    }
  }

  #draw() {
    // a guest may be called as he likes
    const names = [
      ...new Set(
        [...this.#others.values()].map(({ user }) => (user.isGuest ? `${user.name} (guest)` : user.name)),
      ),
    ]
    const who = names.length > 3 ? 'Several people' : new Intl.ListFormat('en').format(names)
    this.#place.textContent = names.length === 0 ? '' : `${who} ${names.length === 1 ? 'is' : 'are'} writing…`
  }
}
