/** What browsers do with passkeys; without them, the buttons stay hidden. */
export const SCRIPT = `'use strict'
const problem = document.getElementById('problem')

async function post(url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body ?? {}),
  })
  const text = await answer.text()
  const value = text === '' ? undefined : JSON.parse(text)
  if (!answer.ok) throw new Error(value?.detail ?? 'The server has refused it.')
  return value
}

function offer(id, run) {
  const button = document.getElementById(id)
  if (button === null || window.PublicKeyCredential?.parseCreationOptionsFromJSON === undefined) return
  button.hidden = false
  button.addEventListener('click', async () => {
    button.disabled = true
    problem.hidden = true
    try {
      await run(button)
    } catch (error) {
      // the user has closed the dialog: he knows
      if (error.name !== 'NotAllowedError') {
        problem.textContent = error.message
        problem.hidden = false
      }
    }
    button.disabled = false
  })
}

offer('passkey-add', async () => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await post('/passkeys/new'))
  await post('/passkeys', await navigator.credentials.create({ publicKey }))
  location.reload()
})

offer('passkey-login', async (button) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post('/login/passkey/new'))
  await post('/login/passkey', await navigator.credentials.get({ publicKey }))
  location.assign(button.dataset.to)
})
`
