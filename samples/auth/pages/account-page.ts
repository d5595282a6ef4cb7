import type { PasskeyRecord } from 'corbel/auth/passkeys'
import { html } from './html.js'
import { page } from './layout.js'
import type { User } from './user.js'

export function accountPage(parts: {
  readonly user: User
  readonly passkeys: readonly PasskeyRecord[]
  readonly notices: readonly unknown[]
}): string {
  const { user, passkeys, notices } = parts
  return page({
    title: 'Account',
    user,
    messages: notices,
    body: html` <h1>${user.name}</h1>
      <p>${user.email}, ${user.role}</p>
      <section class="card">
        <h2>Passkeys</h2>
        ${passkeys.length === 0 && html`<p class="empty">None yet: a finger or a PIN in the place of a password.</p>`}
        <ul class="rows">
          ${passkeys.map(
            ({ id, name, createdAt, usedAt }) =>
              html`<li>
                <span
                  >${name}
                  <small
                    >since ${day(createdAt)}${usedAt !== undefined && `, last used ${day(usedAt)}`}</small
                  ></span
                >
                <form method="post" action="/passkeys/${id}/remove">
                  <button class="quiet">Remove</button>
                </form>
              </li>`,
          )}
        </ul>
        <button class="primary" id="passkey-add" hidden>Add a passkey</button>
        <p class="error" id="problem" role="alert" hidden></p>
      </section>`,
  })
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
