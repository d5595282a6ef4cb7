import { html, type Html } from './html.js'
import type { User } from './user.js'

/** What every page has. */
export interface PageParts {
  readonly title: string
  readonly user?: User | undefined
  readonly messages?: readonly unknown[]
  readonly body: Html
}

export function page({ title, user, messages = [], body }: PageParts): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – Board</title>
        <link rel="stylesheet" href="/assets/board.css" />
        <script src="/assets/board.js" defer></script>
      </head>
      <body>
        <header>
          <a class="brand" href="/">Board</a>
          <nav>${user === undefined ? GUEST : member(user)}</nav>
        </header>
        <main>
          ${messages.map((message) => html`<p class="message" role="status">${message}</p>`)} ${body}
        </main>
      </body>
    </html> `.text
}

const GUEST = html`<a href="/login">Log in</a> <a class="button" href="/sign-up">Sign up</a>`

function member({ name, role }: User): Html {
  return html` ${role === 'admin' && html`<a href="/admin">Administration</a>`}
    <a href="/account">${name} <small class="role">${role}</small></a>
    <form method="post" action="/logout"><button class="quiet">Log out</button></form>`
}
