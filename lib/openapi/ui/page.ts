import { basename, join, posix } from 'node:path'
import type { HttpRequest } from '../../http/index.js'
import type { WebResponse } from '../../web/index.js'
import { prepareText, sendPrepared, type PreparedFile } from '../prepared.js'
import {
  editedAsset,
  locateAssets,
  type ResolvePackage,
  type ShownDocument,
  type UserInterface,
} from './interface.js'

/** How one user interface is served. */
export interface UserInterfaceOptions {
  /** Where its page is: `/docs`. */
  readonly path?: string
  /** The title of the page. */
  readonly title?: string
  /** Style rules that come after the interface's own. */
  readonly customCss?: string
  /** Style sheets that come after the interface's own; the page's policy lets their origins in, as those of scripts. */
  readonly customCssUrl?: string | readonly string[]
  /** Scripts that run after the interface has started. */
  readonly customJs?: string | readonly string[]
  /** The text of such scripts. */
  readonly customJsStr?: string | readonly string[]
  /** The picture of the page's tab; by default that of the interface, where it has one. */
  readonly favicon?: string
  /** A folder with the interface's files, in the place of the package. */
  readonly folder?: string
  /** In the interface's own terms; functions are sent as they are written, and see nothing around them. */
  readonly options?: Readonly<Record<string, unknown>>
}

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'
const STYLES = 'text/css; charset=utf-8'

/** A page with a user interface, ready to be sent: HTML without scripts of its own, its start script, its assets. */
export class UserInterfacePage {
  readonly path: string
  private readonly files = new Map<string, PreparedFile>()
  private readonly assets: ReadonlyMap<string, string>
  private readonly pages: Readonly<Record<'inside' | 'beside', PreparedFile>>
  private readonly policy: string

  /**
   * @param ui the interface
   * @param options see `UserInterfaceOptions`
   * @param documents with absolute paths
   * @param origins that the page may call, besides its own
   * @param resolve for tests
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING
   */
  constructor(
    private readonly ui: UserInterface,
    options: UserInterfaceOptions & { readonly path: string },
    documents: readonly ShownDocument[],
    origins: readonly string[] = [],
    resolve?: ResolvePackage,
  ) {
    this.path = options.path
    const { folder } = options
    this.assets = locateAssets(ui, folder === undefined ? resolve : (name) => join(folder, basename(name)))
    const shown = documents.map(({ name, url }) => ({
      name,
      url: url.startsWith('/') ? posix.relative(this.path, url) : url,
    }))
    const start = `'use strict'\nconst base = new URL('.', document.currentScript.src)\n${ui.start(shown, options.options ?? {})}\n`
    this.files.set('start.js', prepareText(start, SCRIPT))
    if (options.customCss !== undefined) this.files.set('custom.css', prepareText(options.customCss, STYLES))
    const own = listOf(options.customJsStr).map((text, index) => {
      const name = index === 0 ? 'custom.js' : `custom-${index + 1}.js`
      this.files.set(name, prepareText(text, SCRIPT))
      return name
    })
    const parts: PageParts = {
      title: options.title ?? documents[0]?.name ?? ui.name,
      icon: options.favicon,
      styles: options.customCss === undefined ? ui.styles : [...ui.styles, 'custom.css'],
      styleUrls: listOf(options.customCssUrl),
      scripts: [...ui.scripts, 'start.js', ...own],
      scriptUrls: listOf(options.customJs),
    }
    const html = (prefix: string): PreparedFile => prepareText(pageHtml(ui, parts, prefix), HTML)
    // without a slash at the end, what is relative starts from the folder above
    this.pages = { inside: html(''), beside: html(`${posix.basename(this.path)}/`) }
    this.policy = contentSecurityPolicy(parts, [...origins, ...originsOf(documents.map(({ url }) => url))])
  }

  /** Answers with the page. */
  send(request: HttpRequest, response: WebResponse): void {
    const page = request.path.endsWith('/') ? this.pages.inside : this.pages.beside
    sendPrepared(request, response, page, {
      'content-security-policy': this.policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  }

  /**
   * Answers with a file that the page loads.
   *
   * @param name of the file
   * @returns false if there is none of that name
   */
  sendFile(name: string, request: HttpRequest, response: WebResponse): boolean {
    const file = this.assets.get(name)
    const edit = this.ui.assets[name]?.edit
    if (file !== undefined && edit !== undefined && !this.files.has(name))
      this.files.set(name, prepareText(editedAsset(file, edit), SCRIPT))
    const prepared = this.files.get(name)
    response.setHeader('x-content-type-options', 'nosniff')
    if (prepared !== undefined) {
      sendPrepared(request, response, prepared)
      return true
    }
    if (file === undefined) return false
    if (name.endsWith('.html')) response.setHeader('content-security-policy', this.policy)
    response.sendFile(file)
    return true
  }
}

/** What a page is made of, besides its interface. */
interface PageParts {
  readonly title: string
  readonly icon: string | undefined
  /** Files of the page's own. */
  readonly styles: readonly string[]
  readonly scripts: readonly string[]
  /** Anywhere. */
  readonly styleUrls: readonly string[]
  readonly scriptUrls: readonly string[]
}

function pageHtml(ui: UserInterface, parts: PageParts, prefix: string): string {
  const { title, styles, styleUrls, scripts, scriptUrls } = parts
  // a page without an icon is asked for one: data is no request
  const icon = parts.icon ?? ('favicon.png' in ui.assets ? `${prefix}favicon.png` : 'data:,')
  const here = (name: string): string => `${prefix}${name}`
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<link rel="icon" href="${escapeHtml(icon)}">`,
    ...[...styles.map(here), ...styleUrls].map((url) => `<link rel="stylesheet" href="${escapeHtml(url)}">`),
    '</head>',
    '<body style="margin:0">',
    ui.body,
    ...[...scripts.map(here), ...scriptUrls].map((url) => `<script src="${escapeHtml(url)}"></script>`),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** Scripts come from files only; styles may be inline, as all three interfaces write some. */
function contentSecurityPolicy(
  { icon, styleUrls, scriptUrls }: PageParts,
  origins: readonly string[],
): string {
  const sources = (own: string, urls: readonly string[]): string => [own, ...originsOf(urls)].join(' ')
  return [
    "default-src 'none'",
    `script-src ${sources("'self'", scriptUrls)}`,
    `style-src ${sources("'self' 'unsafe-inline'", styleUrls)}`,
    `img-src ${sources("'self' data:", icon === undefined ? [] : [icon])}`,
    `font-src ${sources("'self' data:", styleUrls)}`,
    `connect-src ${["'self'", ...new Set(origins)].join(' ')}`,
    "worker-src 'self' blob:",
    "child-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}

/** The origins of what is not relative. */
function originsOf(urls: readonly string[]): readonly string[] {
  return [...new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin))].filter(
    (origin) => origin !== 'null',
  )
}

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  return given === undefined ? [] : [given].flat()
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
