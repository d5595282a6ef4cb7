import type { Notice } from '../notices/notice.js'
import { html, type Html } from './html.js'
import { page } from './layout.js'
import type { User } from './user.js'

export function boardPage(parts: {
  readonly user: User | undefined
  readonly notices: readonly Notice[]
  readonly removable: ReadonlySet<Notice>
  readonly mayAudit: boolean
  readonly messages: readonly unknown[]
}): string {
  const { user, notices, removable, messages } = parts
  return page({
    title: 'Notices',
    user,
    messages,
    body: html` <h1>Notices</h1>
      ${user !== undefined && FORM}
      <ul class="notices">
        ${notices.map((notice) => item(notice, removable.has(notice)))}
      </ul>
      ${notices.length === 0 && html`<p class="empty">Nothing yet. ${user === undefined && html`<a href="/login">Log in</a> to write the first one.`}</p>`}`,
  })
}

const FORM = html`<form class="write" method="post" action="/notices">
  <textarea
    name="text"
    rows="3"
    maxlength="500"
    required
    aria-label="Your notice"
    placeholder="What should everybody know?"
  ></textarea>
  <button class="primary">Put it up</button>
</form>`

function item({ id, author, text, at }: Notice, isRemovable: boolean): Html {
  return html`<li>
    <p>${text}</p>
    <footer>
      ${author},
      <time datetime="${at.toISOString()}">${at.toISOString().slice(0, 16).replace('T', ' ')}</time>
      ${isRemovable && html`<form method="post" action="/notices/${id}/remove"><button class="quiet">Take down</button></form>`}
    </footer>
  </li>`
}
