// What was said in a room.
import { element, nameOf, sign } from './page.js'

/** Messages of one author within this time stand together, in ms. */
const TOGETHER = 5 * 60_000

export class Log {
  #list
  #me
  #send
  #messages = new Map()

  /** `send` is called with what has to be sent again. */
  constructor(list, me, send) {
    this.#list = list
    this.#me = me
    this.#send = send
  }

  clear() {
    this.#messages.clear()
    this.#draw()
  }

  /** What the server knows of the room; what was not sent yet stays at the end. */
  show(messages) {
    const own = [...this.#messages.values()].filter(({ state }) => state !== undefined)
    this.#messages = new Map(messages.map((message) => [message.id, message]))
    for (const message of own) if (!this.#messages.has(message.id)) this.#messages.set(message.id, message)
    this.#draw()
  }

  add(message) {
    // what was pending takes its place in the order of the server
    this.#messages.delete(message.id)
    this.#messages.set(message.id, message)
    this.#draw()
  }

  addPending(message) {
    this.add({ ...message, state: 'pending' })
  }

  failed(id) {
    const message = this.#messages.get(id)
    if (message === undefined) return
    this.#messages.set(id, { ...message, state: 'failed' })
    this.#draw()
  }

  /** Sends what could not be sent. */
  retry() {
    for (const message of this.#messages.values()) if (message.state === 'failed') this.#again(message)
  }

  #again(message) {
    this.#messages.set(message.id, { ...message, state: 'pending' })
    this.#draw()
    this.#send(message)
  }

  #draw() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 60
    const shown = new Map([...this.#list.children].map((item) => [item.dataset.key, item]))
    let before
    const items = [...this.#messages.values()].map((message) => {
      const isNext = before?.by.id === message.by.id && message.at - before.at < TOGETHER
      before = message
      const key = `${message.id} ${message.state ?? ''} ${isNext}`
      return shown.get(key) ?? this.#item(message, key, isNext)
    })
    // only what has changed is touched, so that screen readers read what is new
    const kept = new Set(items)
    for (const item of shown.values()) if (!kept.has(item)) item.remove()
    items.forEach((item, at) => {
      if (this.#list.children[at] !== item) this.#list.insertBefore(item, this.#list.children[at] ?? null)
    })
    if (isAtEnd) this.#list.scrollTop = this.#list.scrollHeight
  }

  #item(message, key, isNext) {
    const { by, text, at, state } = message
    const time = new Date(at)
    const clock = time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    const head = element(
      'div',
      { class: isNext ? 'unseen' : 'head' },
      element('span', { class: 'name' }, ...nameOf(by)),
      element('time', { datetime: time.toISOString() }, clock),
    )
    const body = element('div', { class: 'said' }, head, element('p', { class: 'text' }, text))
    if (state !== undefined) body.append(this.#state(message))
    const item = element('li', { 'data-state': state, 'data-own': by.id === this.#me.id ? '' : undefined })
    item.dataset.key = key
    if (isNext) item.className = 'next'
    item.append(isNext ? element('span', { class: 'gap' }) : sign(by), body)
    return item
  }

  #state(message) {
    if (message.state === 'pending') return element('small', { class: 'state' }, 'sending…')
    const button = element('button', { class: 'quiet', type: 'button' }, 'Send again')
    button.addEventListener('click', () => this.#again(message))
    return element('small', { class: 'state' }, 'Not sent. ', button)
  }
}
