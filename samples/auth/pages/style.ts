/** The style of all pages. */
export const STYLE = `:root { --ink: #1d2530; --soft: #667080; --line: #dde2e8; --paper: #fff; --ground: #f4f5f7; --accent: #1d5fae; --bad: #a4262c; color-scheme: light; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --soft: #9aa4b2; --line: #323a45; --paper: #1c222a; --ground: #14181d; --accent: #6aa5ee; --bad: #ff8b8b; color-scheme: dark; } }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground) }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; justify-content: space-between; padding: .75rem max(1rem, calc(50vw - 21rem)); background: var(--paper); border-bottom: 1px solid var(--line) }
.brand { font-weight: 700; font-size: 1.15rem; color: var(--ink); text-decoration: none }
nav a:not(.button) { text-decoration: none } nav a:hover { text-decoration: underline }
nav { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0 1rem } h2 { font-size: 1.15rem; margin: 0 0 .75rem }
.card > :last-child { margin-bottom: 0 }
a { color: var(--accent) } form { margin: 0 } small, .soft { color: var(--soft) }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; padding: 1.4rem; margin: 1.25rem 0; overflow-x: auto }
main > .card:only-child, .message + .card:has(#passkey-login) { max-width: 25rem; margin-inline: auto }
label { display: block; margin: 0 0 .9rem; font-weight: 600 } label small { font-weight: 400; margin-left: .5rem }
input, textarea, select { display: block; width: 100%; margin-top: .25rem; padding: .55rem .7rem; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: .4rem }
select { width: auto; margin: 0; padding: .3rem .5rem }
button, .button { display: inline-block; padding: .5rem .95rem; font: inherit; font-weight: 600; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; text-decoration: none; text-align: center; cursor: pointer }
button:hover, .button:hover { border-color: var(--accent) } button:disabled { opacity: .5 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.primary { color: #fff; background: #1d5fae; border-color: #1d5fae }
.wide { display: block; width: 100%; margin: 0 0 .6rem } [hidden] { display: none }
.quiet { padding: 0; border: 0; background: none; font-weight: 400; color: var(--accent); text-decoration: underline }
.or { display: flex; gap: .75rem; align-items: center; color: var(--soft); margin: 1rem 0 } .or::before, .or::after { content: ''; flex: 1; border-top: 1px solid var(--line) }
.below { margin: 1rem 0 0; text-align: center } .empty { color: var(--soft) }
.message { padding: .7rem 1rem; border-left: 4px solid var(--accent); background: var(--paper); border-radius: .3rem } .error { color: var(--bad) }
.role { padding: .05rem .45rem; border: 1px solid var(--line); border-radius: 1rem }
.write { display: grid; gap: .6rem; justify-items: end } .write textarea { margin: 0; background: var(--paper) }
.notices, .rows { list-style: none; padding: 0; margin: 1rem 0 } .notices li { background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.2rem; margin-bottom: .8rem }
.notices p { margin: 0 0 .4rem; white-space: pre-wrap; overflow-wrap: anywhere } .notices footer { display: flex; flex-wrap: wrap; gap: .35rem; color: var(--soft); font-size: .9rem } .notices footer form { margin-left: auto }
.rows li { display: flex; flex-wrap: wrap; gap: .5rem; justify-content: space-between; align-items: center; padding: .55rem 0; border-top: 1px solid var(--line) } .rows form { display: flex; gap: .5rem }
table { width: 100%; border-collapse: collapse; font-size: .9rem } th, td { padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line) } .failure td { color: var(--bad) }
`
