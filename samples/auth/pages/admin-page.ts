import type { AuditEvent } from 'corbel'
import type { Account } from '../accounts/accounts.js'
import { html } from './html.js'
import { page } from './layout.js'
import type { User } from './user.js'

export function adminPage(parts: {
  readonly user: User
  readonly accounts: readonly Account[]
  readonly roles: readonly string[]
  readonly events: readonly AuditEvent[]
  readonly names: ReadonlyMap<string, string>
}): string {
  const { user, accounts, roles, events, names } = parts
  return page({
    title: 'Administration',
    user,
    body: html` <h1>Administration</h1>
      <section class="card">
        <h2>Accounts</h2>
        <ul class="rows">
          ${accounts.map(
            ({ id, name, email, roles: [own] }) =>
              html`<li>
                <span>${name} <small>${email}</small></span>
                <form method="post" action="/admin/accounts/${id}/role">
                  <select name="role" aria-label="Role of ${name}">
                    ${roles.map((role) => html`<option ${role === own && 'selected'}>${role}</option>`)}
                  </select>
                  <button>Save</button>
                </form>
              </li>`,
          )}
        </ul>
      </section>
      <section class="card">
        <h2>What has happened</h2>
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
              <th>Who</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            ${events.map(
              ({ at, type, action, outcome, actor, reason }) =>
                html`<tr class="${outcome}">
                  <td>${new Date(at).toISOString().slice(11, 19)}</td>
                  <td>${type} <small>${action}</small></td>
                  <td>${actor === undefined ? 'nobody' : (names.get(actor) ?? actor)}</td>
                  <td>${reason}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </section>`,
  })
}
