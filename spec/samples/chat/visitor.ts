import type { Browser, Page } from '../../support/browser.js'

// what runs in the page
declare const document: any

/** Somebody with a window of his own. */
export class Visitor {
  readonly errors: string[] = []

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.errors.push(String(error)))
  }

  static async open(browser: Browser, url: string, options: object = {}): Promise<Visitor> {
    // a page of its own context: cookies of its own
    const visitor = new Visitor(await browser.newPage(options))
    await visitor.page.goto(url)
    return visitor
  }

  async comeIn(name: string): Promise<this> {
    await this.page.fill('#guest-form input', name)
    await this.page.click('#guest-form button')
    await this.until(`document.querySelector('#connection').dataset.state === 'connected'`)
    await this.until(`document.querySelector('#members li') !== null`)
    return this
  }

  async say(text: string): Promise<void> {
    await this.page.fill('#text', text)
    await this.page.click('#say-form button')
  }

  /** Has the page note how its connection is, in `states`: what is gone again before anybody looks, too. */
  async noteStates(): Promise<void> {
    await this.page.evaluate(`
      globalThis.states = []
      new MutationObserver(() => states.push(document.querySelector('#connection').dataset.state))
        .observe(document.querySelector('#connection'), { attributes: true })`)
  }

  /** Has the page note who is writing, in `typing`: that goes away by itself. */
  async noteTyping(): Promise<void> {
    await this.page.evaluate(`
      globalThis.typing = []
      new MutationObserver(() => typing.push(document.querySelector('#typing').textContent))
        .observe(document.querySelector('#typing'), { childList: true, characterData: true, subtree: true })`)
  }

  /** Waits for something to be true of the page, which may take as long as the machine needs. */
  async until(condition: string): Promise<void> {
    await expect
      .poll(() => this.page.evaluate(`Boolean(${condition})`), { timeout: 30_000, message: condition })
      .toBe(true)
  }

  /** What was said, as it is shown. */
  said(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('#messages .text')].map((one: any) => one.textContent as string),
    )
  }

  /** Who is here, as it is shown. */
  members(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('#members .name')].map((one: any) => one.textContent as string),
    )
  }
}
