import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Where Debian has it; another one by `CHROMIUM`. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Whether there is a browser; where the services of CI are required, so is this one. */
export const hasBrowser = existsSync(EXECUTABLE) || process.env['CORBEL_REQUIRE_SERVICES'] === '1'

/** ms for whatever a browser is asked to do: a slow machine, or a busy one, is no reason to fail. */
const PATIENCE = 120_000

/** A place in a page, as far as specs use it. */
export interface Locator {
  click(): Promise<void>
  count(): Promise<number>
  fill(text: string): Promise<void>
  first(): Locator
  last(): Locator
  innerText(): Promise<string>
  waitFor(): Promise<void>
}

/** A response, as far as specs use it. */
export interface PageResponse {
  url(): string
  status(): number
}

/** A page, as far as specs use it: the package's own types need those of the DOM everywhere. */
export interface Page {
  goto(url: string): Promise<PageResponse | null>
  /** Runs a function (or text) in the page, which sees nothing of the spec but the argument. */
  evaluate<T = unknown, A = undefined>(
    run: ((argument: A) => T | Promise<T>) | string,
    argument?: A,
  ): Promise<T>
  textContent(selector: string): Promise<string | null>
  title(): Promise<string>
  click(selector: string): Promise<void>
  fill(selector: string, text: string): Promise<void>
  setInputFiles(selector: string, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void>
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>
  /** Text would be refused by policies that forbid `eval`. */
  waitForFunction(run: () => unknown): Promise<unknown>
  waitForResponse(accepts: (response: PageResponse) => boolean): Promise<PageResponse>
  getByPlaceholder(text: string): Locator
  getByRole(role: string, options?: { readonly name: string | RegExp }): Locator
  getByText(text: string | RegExp): Locator
  locator(selector: string): Locator
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<unknown>
  on(event: 'request', listener: (request: { url(): string }) => void): unknown
  on(event: 'console', listener: (message: { text(): string }) => void): unknown
  on(event: 'pageerror', listener: (error: Error) => void): unknown
  on(event: 'requestfailed', listener: (request: unknown) => void): unknown
  close(): Promise<void>
}

/** A page whose waits can be set. */
interface Tab extends Page {
  setDefaultTimeout(time: number): void
}

/** A browser that has to be closed. */
export interface Browser {
  newPage(options?: object): Promise<Page>
  close(): Promise<void>
}

/**
 * Starts Chromium without a window; it speaks to nobody but the pages that it is sent to.
 *
 * @param args of the command line, beside the usual ones
 */
export async function openBrowser(args: readonly string[] = []): Promise<Browser> {
  const { chromium } = createRequire(import.meta.url)('playwright-core') as {
    chromium: { launch(options: object): Promise<{ newPage(options?: object): Promise<Tab> } & Browser> }
  }
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    timeout: PATIENCE,
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  })
  const newPage = browser.newPage.bind(browser)
  browser.newPage = async (options) => {
    const page = await newPage(options)
    page.setDefaultTimeout(PATIENCE)
    return page
  }
  return browser
}
