import { STATES } from '../departures/departure.js'

/** The page: the board, and the form by which the staff announces trains. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Departures</title>
    <link rel="stylesheet" href="/board.css">
    <script src="/board.js" type="module"></script>
  </head>
  <body>
    <header>
      <h1>Departures</h1>
      <p id="connection" role="status">connecting</p>
    </header>
    <table>
      <thead>
        <tr><th scope="col">Time</th><th scope="col">Train</th><th scope="col">To</th><th scope="col">Platform</th><th scope="col">State</th></tr>
      </thead>
      <tbody id="board"></tbody>
    </table>
    <form id="announce" novalidate>
      <h2>Announce</h2>
      <label>Time <input name="time" size="6" placeholder="14:05" autocomplete="off"></label>
      <label>Train <input name="train" size="8" placeholder="IC 712" autocomplete="off"></label>
      <label>To <input name="destination" size="16" placeholder="Ghent" autocomplete="off"></label>
      <label>Platform <input name="platform" size="3" inputmode="numeric" placeholder="4" autocomplete="off"></label>
      <label>State <select name="state">${STATES.map((state) => `<option>${state}</option>`).join('')}</select></label>
      <button>Announce</button>
      <p id="problem" role="alert"></p>
    </form>
  </body>
</html>
`

/** The script: the browser connects again by itself, and says where it was. */
export const SCRIPT = `
const board = document.querySelector('#board')
const connection = document.querySelector('#connection')
const form = document.querySelector('#announce')
const problem = document.querySelector('#problem')
const departures = new Map()

const source = new EventSource('/departures/live')
source.addEventListener('open', () => (connection.textContent = 'live'))
source.addEventListener('error', () => (connection.textContent = 'connecting'))
source.addEventListener('board', ({ data }) => {
  departures.clear()
  for (const departure of JSON.parse(data)) departures.set(departure.train, departure)
  show()
})
source.addEventListener('departure', ({ data }) => {
  const departure = JSON.parse(data)
  departures.set(departure.train, departure)
  show(departure.train)
})

function show(changed) {
  const lines = [...departures.values()].sort((a, b) => a.time.localeCompare(b.time))
  board.replaceChildren(...lines.map((departure) => lineOf(departure, departure.train === changed)))
}

function lineOf({ time, train, destination, platform, state }, isNew) {
  const line = document.createElement('tr')
  line.dataset.train = train
  line.dataset.state = state
  if (isNew) line.className = 'new'
  for (const text of [time, train, destination, platform, state]) {
    const cell = document.createElement('td')
    cell.textContent = text
    line.append(cell)
  }
  return line
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  problem.textContent = ''
  const { platform, ...fields } = Object.fromEntries(new FormData(form))
  const answer = await fetch('/departures', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...fields, platform: Number(platform) }),
  })
  if (answer.ok) return form.reset()
  const { errors = [], detail } = await answer.json()
  problem.textContent = errors.flatMap(({ messages }) => messages).join('; ') || detail
})
`

export const STYLE = `
:root { color-scheme: dark; --ink: #f2efe6; --dim: #8f9aa3; --line: #26313a; --amber: #ffb627; --red: #ff6b5e; --green: #7bd88f; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 60rem; background: #10171c; color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header { display: flex; align-items: baseline; justify-content: space-between; border-bottom: 2px solid var(--amber); }
h1 { margin: 0 0 .5rem; font-size: 2rem; letter-spacing: .02em; }
#connection { margin: 0; color: var(--dim); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { padding: .75rem .5rem .35rem; color: var(--dim); font-weight: 500; font-size: .85rem; text-align: left; }
td { padding: .6rem .5rem; border-top: 1px solid var(--line); font-size: 1.15rem; }
td:first-child { color: var(--amber); }
tr[data-state='on time'] td:last-child { color: var(--green); }
tr[data-state='boarding'] td:last-child { color: var(--amber); }
tr[data-state='delayed'] td:last-child, tr[data-state='cancelled'] td:last-child { color: var(--red); }
tr[data-state='cancelled'] td:nth-child(-n+4) { text-decoration: line-through; color: var(--dim); }
.new { animation: new 2s ease-out; }
@keyframes new { from { background: #3a2f12; } }
@media (prefers-reduced-motion: reduce) { .new { animation: none; } }
form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-top: 2.5rem; padding: 1rem 1.25rem 1.25rem; background: #172127; border-radius: .5rem; }
h2 { flex-basis: 100%; margin: 0; font-size: 1.1rem; }
label { display: grid; gap: .2rem; color: var(--dim); font-size: .85rem; }
input, select, button { height: 2.6rem; padding: .45rem .6rem; border: 1px solid #3a4852; border-radius: .3rem; background: #10171c; color: var(--ink); font: inherit; font-size: 1rem; }
input:focus-visible, select:focus-visible, button:focus-visible { outline: 2px solid var(--amber); outline-offset: 1px; }
button { background: var(--amber); border-color: var(--amber); color: #10171c; font-weight: 600; cursor: pointer; }
#problem { flex-basis: 100%; margin: 0; color: var(--red); min-height: 1.5em; }
@media (max-width: 40rem) { td { font-size: 1rem; padding: .5rem .25rem; } th { padding-inline: .25rem; } }
`
