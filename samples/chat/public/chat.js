// The rooms: what is said, who is there, who is writing, and how the connection is.
import { connect } from './corbel/index.js'
import { Log } from './log.js'
import { Members } from './members.js'
import { ask, element } from './page.js'
import { Typing } from './typing.js'

const ROOMS = ['lobby', 'garden', 'workshop']
const ASK_WHO = 30_000
/** What the server says when it does not want the user: not admitted, or the token has expired. */
const LOGGED_OUT = new Set([1008, 4401])
const byId = (id) => document.getElementById(id)

export function openChat(me, loggedOut) {
  const log = new Log(byId('messages'), me, (message) => send(message))
  const members = new Members(byId('members'), byId('count'), me)
  const typing = new Typing(byId('typing'), byId('text'), (isTyping) => {
    if (socket.connected) socket.emit('typing', { isTyping })
  })
  const state = byId('connection')
  let room = ROOMS.includes(location.hash.slice(1)) ? location.hash.slice(1) : ROOMS[0]
  let countdown
  byId('me').textContent = me.name
  byId('problem').textContent = ''

  const socket = connect('/chat', { resume: false })
  const tell = (name, text) => {
    clearInterval(countdown)
    state.dataset.state = name
    state.textContent = text
  }
  socket.on('connect', () => {
    tell('connected', 'connected')
    void enter(room)
  })
  socket.on('disconnect', ({ code, willReconnect }) => {
    typing.clear()
    if (willReconnect) return tell('lost', 'connection lost')
    tell('lost', 'disconnected')
    if (LOGGED_OUT.has(code)) loggedOut()
    else
      byId('problem').textContent = 'The server has closed the connection. Load the page again to come back.'
  })
  socket.on('reconnecting', ({ delay }) => {
    const until = Date.now() + delay
    const count = () => {
      const seconds = Math.ceil((until - Date.now()) / 1000)
      state.textContent = seconds > 0 ? `connection lost, again in ${seconds} s` : 'connecting'
    }
    tell('lost', '')
    count()
    countdown = setInterval(count, 250)
    // the login may be over: in another window, say
    ask('/api/me').catch(({ status }) => {
      if (status === 401 && socket.state !== 'closed') loggedOut()
    })
  })
  socket.on('said', (message) => {
    if (message.room !== room) return
    typing.stopped(message.by.id)
    log.add(message)
  })
  socket.on('joined', (one) => members.joined(one))
  socket.on('left', ({ id }) => {
    typing.gone(id)
    members.left(id)
  })
  socket.on('typing', (one) => typing.heard(one))

  // a server that was killed tells nobody who is gone: now and then, and when somebody looks again, the page asks
  const askWho = () => {
    if (socket.connected && !document.hidden) void refresh()
  }
  const asking = setInterval(askWho, ASK_WHO)
  document.addEventListener('visibilitychange', askWho)

  /** Enters a room, also after each reconnection: the server knows a new connection only. */
  async function enter(name) {
    if (name !== room) {
      log.clear()
      members.clear()
      typing.clear()
    }
    room = name
    history.replaceState(null, '', `#${room}`)
    byId('room-name').textContent = room
    showRooms()
    const settle = members.begin()
    try {
      const found = await socket.request('join', { room: name })
      if (room !== name) return
      settle(found.members)
      log.show(found.messages)
      log.retry()
    } catch (error) {
      // it is done again when the connection is there again
      if (error.code === 'exception') byId('problem').textContent = error.message
    }
  }

  async function refresh() {
    const name = room
    const settle = members.begin()
    const found = await socket.request('who').catch(() => undefined)
    if (found !== undefined && room === name) settle(found)
  }

  async function send(message) {
    byId('problem').textContent = ''
    if (message.room !== room) return
    try {
      // the server knows by the id what it has heard before
      const { id, text } = message
      const said = await socket.request('say', { id, text }, { timeout: 20_000 })
      // another room may be shown meanwhile
      if (said.room === room) log.add(said)
    } catch (error) {
      log.failed(message.id)
      // what was lost with the connection is sent again when it is back
      if (error.code === 'exception') byId('problem').textContent = error.data?.message ?? error.message
    }
  }

  function showRooms() {
    byId('rooms').replaceChildren(
      ...ROOMS.map((name) => {
        const button = element('button', { 'aria-current': name === room ? 'page' : undefined }, name)
        button.addEventListener('click', () => {
          if (name === room) return
          void enter(name)
          byId('room-name').focus()
        })
        return button
      }),
    )
  }

  function say(event) {
    event?.preventDefault()
    const text = byId('text').value.trim()
    if (text === '') return
    byId('text').value = ''
    typing.done()
    const message = { id: crypto.randomUUID(), room, by: me, text, at: Date.now() }
    log.addPending(message)
    if (socket.connected) void send(message)
    else log.failed(message.id)
  }

  function onKey(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    say(event)
  }

  byId('say-form').addEventListener('submit', say)
  byId('text').addEventListener('keydown', onKey)
  showRooms()
  byId('room-name').textContent = room
  byId('text').focus()

  return {
    close() {
      byId('say-form').removeEventListener('submit', say)
      byId('text').removeEventListener('keydown', onKey)
      clearInterval(asking)
      document.removeEventListener('visibilitychange', askWho)
      clearInterval(countdown)
      typing.close()
      log.clear()
      members.clear()
      socket.close()
    },
  }
}
