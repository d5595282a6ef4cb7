// What the parts of the page share.

/** Asks the server; with a body it is a POST. What it refuses is thrown, in its words. */
export async function ask(url, body) {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error('The server cannot be reached.')
  })
  const text = await answer.text()
  const value = text === '' ? undefined : JSON.parse(text)
  if (!answer.ok) {
    const message = value?.errors?.[0]?.message ?? value?.detail ?? 'That did not work.'
    throw Object.assign(new Error(message), { status: answer.status })
  }
  return value
}

export function show(id) {
  for (const part of ['login', 'chat']) document.getElementById(part).hidden = part !== id
}

/** Calls back with the fields of a form. */
export function onSubmit(form, submitted) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submitted(Object.fromEntries(new FormData(form)))
  })
}

/** An element with text: what users write never becomes HTML. */
export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(key, value)
  made.append(...content)
  return made
}

/** A round sign of somebody, in a colour of his own. */
export function sign(user) {
  const letters = [...user.name].filter((one) => /[\p{L}\p{N}]/u.test(one))
  const made = element('span', { class: 'sign', 'aria-hidden': 'true' }, letters[0]?.toUpperCase() ?? '?')
  let hue = 0
  for (const one of user.id) hue = (hue * 31 + one.codePointAt(0)) % 360
  made.style.setProperty('--hue', hue)
  return made
}

/** The name, and whether everybody could have chosen it. */
export function nameOf(user) {
  return user.isGuest ? [user.name, element('span', { class: 'guest' }, 'guest')] : [user.name]
}
