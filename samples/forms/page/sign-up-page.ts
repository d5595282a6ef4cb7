/** A field; `pointer` is its place in the body, as JSON Pointer, and so the `path` of errors about it. */
function field(pointer: string, label: string, type = 'text', autocomplete = 'off'): string {
  const id = pointer.slice(1).replaceAll('/', '-')
  return `<label for="${id}">${label}</label>
      <input id="${id}" name="${pointer}" type="${type}" autocomplete="${autocomplete}" aria-describedby="${id}-error">
      <p class="error" id="${id}-error" data-error="${pointer}"></p>`
}

/** The page. The browser's own checks are off: what is wrong is for the server to say. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sign up</title>
    <link rel="icon" href="/sign-up.svg">
    <link rel="stylesheet" href="/sign-up.css">
    <script src="/sign-up.js" type="module"></script>
  </head>
  <body>
    <form action="/accounts" method="post" novalidate>
      <h1>Sign up</h1>
      ${field('/name', 'Name', 'text', 'username')}
      ${field('/email', 'E-mail', 'email', 'email')}
      ${field('/password', 'Password', 'password', 'new-password')}
      ${field('/repeated', 'Password again', 'password', 'new-password')}
      <fieldset>
        <legend>Address</legend>
        ${field('/address/street', 'Street', 'text', 'street-address')}
        ${field('/address/zip', 'Postal code', 'text', 'postal-code')}
        ${field('/address/city', 'City', 'text', 'address-level2')}
      </fieldset>
      <label class="check"><input name="/terms" type="checkbox" aria-describedby="terms-error"> I agree to the terms</label>
      <p class="error" id="terms-error" data-error="/terms"></p>
      <button>Sign up</button>
      <p role="status" data-error=""></p>
    </form>
  </body>
</html>
`

/** Sends the form as JSON, and puts each message below the field that its path points to. */
export const SCRIPT = `const form = document.querySelector('form')
const button = form.querySelector('button')

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  clear()
  // one form is one account, however often it is clicked
  button.disabled = true
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(valueOf(form)),
    })
    const answer = await response.json()
    if (response.ok) {
      form.reset()
      say('', 'Welcome, ' + answer.name + '!')
    } else if (answer.errors === undefined) say('', answer.detail ?? answer.title)
    else for (const { path, messages } of answer.errors) say(path, messages.join(' '))
  } catch {
    say('', 'The server cannot be reached.')
  } finally {
    button.disabled = false
  }
  form.querySelector('[aria-invalid]')?.focus()
})

/** Makes the object whose places the names of the fields point to. */
function valueOf({ elements }) {
  const body = {}
  for (const { name, type, value, checked } of elements) {
    if (name === '') continue
    const path = name.slice(1).split('/')
    const last = path.pop()
    let place = body
    for (const step of path) place = place[step] ??= {}
    place[last] = type === 'checkbox' ? checked : value
  }
  return body
}

function clear() {
  for (const place of form.querySelectorAll('[data-error]')) place.textContent = ''
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid')
}

function say(path, text) {
  const find = (name) => form.querySelector('[' + name + '="' + CSS.escape(path) + '"]')
  const place = find('data-error') ?? form.querySelector('[data-error=""]')
  place.textContent = (place.textContent + ' ' + text).trim()
  if (path !== '') find('name')?.setAttribute('aria-invalid', 'true')
}
`

/** The picture in the tab: a field with a tick. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
  <rect x="1" y="1" width="14" height="14" rx="3" fill="#3355cc"/>
  <path d="m4.5 8.5 2.5 2.5 5-6" fill="none" stroke="#fff" stroke-width="2"/>
</svg>
`

/** How it looks. */
export const STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; accent-color: #3355cc }
body { margin: 2rem auto; max-width: 26rem; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 0 1rem }
label { display: block; font-weight: 600; margin-top: .75rem }
label.check { font-weight: 400 }
input:not([type=checkbox]) { box-sizing: border-box; width: 100%; padding: .4rem .5rem; font: inherit; border: 1px solid #8888; border-radius: .3rem }
input[aria-invalid] { border-color: #d22; outline-color: #d22 }
fieldset { margin: 1rem 0 0; border: 1px solid #8888; border-radius: .3rem; padding: 0 1rem 1rem }
button { margin-top: 1rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; color: #fff; background: #3355cc; border: 0; border-radius: .3rem; cursor: pointer }
button:disabled { opacity: .6; cursor: wait }
p { margin: .25rem 0 0 }
.error { color: #d22; font-size: .9rem; min-height: 0 }
[role=status] { margin-top: 1rem; font-weight: 600 }
`
