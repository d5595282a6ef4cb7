import { isPromise, type MaybePromise } from '../common/index.js'
import { ForbiddenException, MethodNotAllowedException } from '../pipeline/index.js'
import { createPathMatcher } from '../router/index.js'
import { pathOf, type Fallback, type HttpContext } from '../web/index.js'
import { isFolder, type Asset } from './asset.js'
import { AssetCache } from './cache.js'
import { chooseForm } from './codings.js'
import { isNavigation } from './navigation.js'
import type { StaticSettings } from './options.js'
import { isHidden, relativePath } from './request-path.js'
import { sendForm } from './send.js'

const ALLOW = 'GET, HEAD'
/** A file that changes faster than it can be opened is not sent for ever. */
const TRIES = 3

/** The files of one folder below one prefix. */
export class StaticRoot implements Fallback {
  readonly cache: AssetCache
  private readonly isExcluded: (path: string) => boolean

  constructor(readonly settings: StaticSettings) {
    this.cache = new AssetCache(settings)
    const { exclude } = settings
    this.isExcluded =
      exclude.length === 0
        ? () => false
        : createPathMatcher(exclude, 'StaticModule: exclude', { prefix: true })
  }

  get prefix(): string {
    return this.settings.prefix
  }

  answer(context: HttpContext): MaybePromise<boolean> {
    const target = pathOf(context.target)
    const { prefix } = this
    if (!target.startsWith(prefix)) return false
    const raw = target.slice(prefix.length)
    if (raw !== '' && raw.charCodeAt(0) !== SLASH) return false
    // only paths that are plain in every respect are in there, by their decoded names
    const known = raw.includes('%') ? undefined : this.cache.fresh(raw.slice(1))
    if (known !== undefined && isRead(context.method)) {
      const sent = this.send(context, raw.slice(1), known, 1)
      if (sent === true) return true
      if (isPromise(sent)) return sent
    }
    return this.answerPath(context, raw)
  }

  private answerPath(context: HttpContext, raw: string): MaybePromise<boolean> {
    const path = relativePath(raw)
    const { index, dotfiles } = this.settings
    if (path === undefined) return false
    if (dotfiles !== 'allow' && isHidden(path)) {
      if (dotfiles === 'deny' && isRead(context.method)) throw new ForbiddenException('Forbidden')
      return false
    }
    const isOpen = path === '' || path.endsWith('/')
    // the prefix itself, without slash at its end
    if (raw === '' && this.prefix !== '') return this.redirectTo(context, '', index)
    if (isOpen)
      return index === false ? this.answerPage(context, path) : this.find(context, path + index, path)
    return this.find(context, path, path)
  }

  private find(context: HttpContext, file: string, path: string): MaybePromise<boolean> {
    const known = this.cache.fresh(file)
    return known === undefined ? this.look(context, file, path) : this.answerFile(context, file, known)
  }

  private async look(context: HttpContext, file: string, path: string): Promise<boolean> {
    const asset = await this.cache.look(file)
    if (asset !== undefined) return this.answerFile(context, file, asset)
    const { redirect, index } = this.settings
    if (redirect && file === path && index !== false && (await isFolder(path, this.settings)))
      return (await this.redirectTo(context, path, index)) || this.answerPage(context, path)
    return this.answerPage(context, path)
  }

  /** Not for folders whose index is missing: the path with the slash would not be there either. */
  private async redirectTo(context: HttpContext, path: string, index: string | false): Promise<boolean> {
    if (!this.settings.redirect || index === false || !isRead(context.method)) return false
    if ((await this.cache.look(path === '' ? index : `${path}/${index}`)) === undefined) return false
    const { target } = context
    const mark = target.indexOf('?')
    // a path that begins with one slash, as it was checked: no other host
    context.response.redirect(301, `${pathOf(target)}/${mark === -1 ? '' : target.slice(mark)}`)
    return true
  }

  private async answerPage(context: HttpContext, path: string): Promise<boolean> {
    const { spa } = this.settings
    if (spa === undefined || !isNavigation(context, path) || this.isExcluded(pathOf(context.target)))
      return false
    const asset = this.cache.fresh(spa) ?? (await this.cache.look(spa))
    if (asset === undefined) return false
    // other clients get a 404 for the same path
    context.response.vary('Accept')
    return this.answerFile(context, spa, asset)
  }

  private answerFile(context: HttpContext, path: string, asset: Asset): MaybePromise<boolean> {
    const { method } = context
    if (isRead(method)) return this.send(context, path, asset, TRIES)
    const { response } = context
    response.setHeader('allow', ALLOW)
    if (method === 'OPTIONS') {
      response.status(204).end()
      return true
    }
    throw new MethodNotAllowedException(`Cannot ${method} ${pathOf(context.target)}. Allowed: ${ALLOW}`)
  }

  /** Once more if the file was replaced between the look at it and its opening. */
  private send(context: HttpContext, path: string, asset: Asset, tries: number): MaybePromise<boolean> {
    const { headers } = context.exchange
    const { forms } = asset
    // players seek in what the file itself has
    const form =
      forms.length === 1 || headers.has('range')
        ? forms[0]!
        : chooseForm(forms, headers.get('accept-encoding'))
    const sent = sendForm(context, form, this.settings.acceptRanges !== false)
    if (!isPromise<boolean>(sent)) return sent
    return sent.then(async (isSent) => {
      if (isSent || tries === 0) return isSent
      this.cache.forget(path)
      const now = await this.cache.look(path)
      return now === undefined ? false : this.send(context, path, now, tries - 1)
    })
  }
}

const SLASH = 0x2f

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
