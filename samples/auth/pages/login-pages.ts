import { html, type Html } from './html.js'
import { page } from './layout.js'

/** The login: with autocomplete hints, so that password managers and passkeys are offered where they belong. */
export function loginPage(parts: {
  readonly notices: readonly unknown[]
  readonly providers: readonly string[]
  readonly to: string
}): string {
  const { notices, providers, to } = parts
  const query = to === '/' ? '' : `?to=${encodeURIComponent(to)}`
  return page({
    title: 'Log in',
    messages: notices,
    body: html` <section class="card">
      <h1>Log in</h1>
      <button class="wide primary" id="passkey-login" data-to="${to}" hidden>Use a passkey</button>
      ${providers.map((name) => html`<a class="button wide" href="/login/${name}${query}">Continue with ${capital(name)}</a>`)}
      <p class="or">or with a password</p>
      <form method="post" action="/login${query}">
        ${field('email', 'E-mail address', 'email', 'username webauthn')}
        ${field('password', 'Password', 'password', 'current-password')}
        <button class="wide">Log in</button>
      </form>
      <p class="error" id="problem" role="alert" hidden></p>
      <p class="below">No account yet? <a href="/sign-up">Sign up</a></p>
    </section>`,
  })
}

export function signUpPage({ notices }: { readonly notices: readonly unknown[] }): string {
  return page({
    title: 'Sign up',
    messages: notices,
    body: html` <section class="card">
      <h1>Sign up</h1>
      <form method="post" action="/sign-up">
        ${field('name', 'Name', 'text', 'name')} ${field('email', 'E-mail address', 'email', 'username')}
        ${field('password', 'Password', 'password', 'new-password', html`<small>8 characters at least. Any will do.</small>`)}
        <button class="wide primary">Sign up</button>
      </form>
      <p class="below">The first account is the administrator’s. <a href="/login">Log in</a></p>
    </section>`,
  })
}

function field(name: string, label: string, type: string, autocomplete: string, hint?: Html): Html {
  return html`<label
    >${label}${hint} <input name="${name}" type="${type}" autocomplete="${autocomplete}" required
  /></label>`
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
