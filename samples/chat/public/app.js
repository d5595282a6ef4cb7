// Who is there, and which half of the page is shown: the login, or the rooms.
import { ask, onSubmit, show } from './page.js'
import { openChat } from './chat.js'

const byId = (id) => document.getElementById(id)
let chat

onSubmit(byId('guest-form'), ({ name }) => void enter('/api/guest', { name }))
onSubmit(byId('login-form'), ({ name, password }) => void enter('/api/login', { name, password }))
byId('logout').addEventListener('click', () => void logOut())
void begin()

async function begin() {
  // whoever has a token still, comes in with it
  const me = await ask('/api/me').catch(() => undefined)
  if (me === undefined) leave('')
  else talk(me)
}

async function logOut() {
  await ask('/api/logout', {}).catch(() => undefined)
  leave('')
}

async function enter(url, values) {
  byId('login-problem').textContent = ''
  try {
    talk(await ask(url, values))
  } catch (error) {
    byId('login-problem').textContent = error.message
  }
}

function talk(me) {
  show('chat')
  for (const form of [byId('guest-form'), byId('login-form')]) form.reset()
  chat = openChat(me, () => leave('You have been logged out. Come in again.'))
}

function leave(why) {
  chat?.close()
  chat = undefined
  show('login')
  byId('login-problem').textContent = why
  document.querySelector('#guest-form input').focus()
}
