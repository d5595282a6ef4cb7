import { createHash } from 'node:crypto'
import type { ClientUsage, RouteUsage, UsageFilter, UsageReport } from './usage-report.js'

const STYLE = `
:root { color-scheme: light dark; --line: #8885; --soft: #8881; --warn: #b45309; --bad: #b91c1c }
@media (prefers-color-scheme: dark) { :root { --warn: #fbbf24; --bad: #f87171 } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
nav a { margin-right: 1rem } nav a[aria-current] { font-weight: 600; text-decoration: none; color: inherit }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
th { background: var(--soft); white-space: nowrap } td { overflow-wrap: anywhere } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
code { font: 13px ui-monospace, monospace } .warn { color: var(--warn) } .bad { color: var(--bad) }
.quiet { opacity: .7 } details summary { cursor: pointer }
`

/** What the page may load: its own style and nothing else. */
export const USAGE_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(STYLE)
  .digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** How many clients of a route the page lists; the JSON has all. */
const SHOWN = 50

/**
 * Writes the page about who calls what. Names of clients and routes are escaped: clients choose theirs.
 *
 * @param report what it shows
 * @param filter by which the report was made
 * @param path of the page
 */
export function usagePage(report: UsageReport, filter: UsageFilter, path: string): string {
  const deprecated = report.routes.filter((one) => one.deprecated !== null || one.removed)
  const others = report.routes.filter((one) => one.deprecated === null && !one.removed)
  const isAll = filter.deprecated === undefined
  const about = [
    filter.version === undefined ? '' : `version ${filter.version}`,
    filter.client === undefined ? '' : `client ${filter.client}`,
  ].filter((one) => one !== '')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Use of the API</title><style>${STYLE}</style></head><body>
<h1>Use of the API${about.length === 0 ? '' : `: ${escape(about.join(', '))}`}</h1>
<nav>${link(path, 'All', isAll && about.length === 0)}${link(`${path}?deprecated=true`, 'Deprecated only', filter.deprecated === true)}${link(`${path}.json`, 'JSON', false)}</nav>
${section('Deprecated, or to be removed', deprecated, 'Nothing is deprecated.', path)}
${filter.deprecated === true ? '' : section('Other routes', others, 'There are none.', path)}
<p class="quiet">As of ${escape(report.generatedAt)}. Clients say their names themselves.</p>
</body></html>`
}

function section(title: string, routes: readonly RouteUsage[], none: string, path: string): string {
  if (routes.length === 0) return `<h2>${title}</h2><p class="quiet">${none}</p>`
  return `<h2>${title}</h2><table><thead><tr><th>Route</th><th>Version</th><th>State</th><th class="number">Calls</th><th>Last call</th><th>Clients</th></tr></thead><tbody>
${routes.map((route) => row(route, path)).join('\n')}</tbody></table>`
}

function row(
  { route, version, deprecated, removed, total, last, clients }: RouteUsage,
  path: string,
): string {
  const name = version === null ? '' : link(`${path}?version=${encodeURIComponent(version)}`, version, false)
  return `<tr><td><code>${escape(route)}</code></td><td>${name}</td><td>${state(deprecated, removed, total)}</td><td class="number">${total}</td><td>${last === null ? '<span class="quiet">never</span>' : time(last)}</td><td>${clientList(clients, path)}</td></tr>`
}

function state(deprecated: RouteUsage['deprecated'], removed: boolean, total: number): string {
  if (removed) return '<span class="quiet">removed</span>'
  if (deprecated === null) return '<span class="quiet">served</span>'
  const { since, sunset, successor, message } = deprecated
  const isOver = sunset !== undefined && Date.parse(sunset) <= Date.now()
  const lines = [
    `<span class="warn">deprecated since ${since.slice(0, 10)}</span>`,
    sunset === undefined
      ? ''
      : `<span class="${isOver ? 'bad' : 'warn'}">sunset ${sunset.slice(0, 10)}</span>`,
    successor === undefined ? '' : `successor <code>${escape(successor)}</code>`,
    message === undefined ? '' : escape(message),
    total === 0 ? '<strong>no calls counted</strong>' : '',
  ]
  return lines.filter((one) => one !== '').join('<br>')
}

function clientList(clients: readonly ClientUsage[], path: string): string {
  const lines = clients.slice(0, SHOWN).map(({ client, count, last }) => {
    const target = `${path}?client=${encodeURIComponent(client)}`
    return `${link(target, client, false)} ${count}× <span class="quiet">until ${time(last)}</span>`
  })
  const more = clients.length - lines.length
  if (more > 0) lines.push(`<span class="quiet">and ${more} more in the JSON</span>`)
  if (lines.length <= 3) return lines.join('<br>')
  return `<details><summary>${clients.length} clients</summary>${lines.join('<br>')}</details>`
}

function time(iso: string): string {
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`
}

function link(target: string, text: string, isCurrent: boolean): string {
  return `<a href="${escape(target)}"${isCurrent ? ' aria-current="page"' : ''}>${escape(text)}</a>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!)
}
