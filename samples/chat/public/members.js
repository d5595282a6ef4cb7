// Who is in the room: connections, shown as the users whose they are.
import { element, nameOf, sign } from './page.js'

export class Members {
  #list
  #count
  #me
  #byConnection = new Map()
  /** Who has come and gone while the list was on its way. */
  #meanwhile

  constructor(list, count, me) {
    this.#list = list
    this.#count = count
    this.#me = me
  }

  /** Call it before the list is asked for, and what it returns with the list. */
  begin() {
    const meanwhile = (this.#meanwhile = { joined: new Map(), left: new Set() })
    return (members) => {
      if (this.#meanwhile === meanwhile) this.#meanwhile = undefined
      this.#byConnection = new Map([...members.map((one) => [one.id, one.user]), ...meanwhile.joined])
      for (const id of meanwhile.left) this.#byConnection.delete(id)
      this.#draw()
    }
  }

  joined({ id, user }) {
    this.#meanwhile?.joined.set(id, user)
    this.#byConnection.set(id, user)
    this.#draw()
  }

  left(id) {
    this.#meanwhile?.left.add(id)
    this.#byConnection.delete(id)
    this.#draw()
  }

  clear() {
    this.#byConnection.clear()
    this.#draw()
  }

  #draw() {
    const users = [...new Map([...this.#byConnection.values()].map((user) => [user.id, user])).values()]
    users.sort((a, b) => a.name.localeCompare(b.name))
    this.#count.textContent = users.length === 0 ? '' : String(users.length)
    this.#list.replaceChildren(
      ...users.map((user) => {
        const you = user.id === this.#me.id ? [element('span', { class: 'guest' }, 'you')] : []
        return element('li', {}, sign(user), element('span', { class: 'name' }, ...nameOf(user), ...you))
      }),
    )
  }
}
