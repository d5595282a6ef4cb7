import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  Body,
  Controller,
  createApp,
  DocumentBuilder,
  Get,
  Module,
  OpenApiModule,
  Param,
  ParseIntPipe,
  Post,
  SwaggerModule,
  type Application,
} from 'corbel'
import { IsInt, Length } from 'class-validator'
import { hasBrowser, openBrowser, type Browser, type Page } from '../support/browser.js'
import { eventually } from '../support/eventually.js'

class NewCat {
  @Length(1, 40) name: string
  @IsInt() age: number
}

@Controller('cats')
class CatsController {
  @Get() list(): object[] {
    return [{ id: 1, name: 'Ada of the screenshot' }]
  }
  @Get(':id') find(@Param('id', ParseIntPipe) id: number): object {
    return { id, name: 'Tom of the screenshot' }
  }
  @Post() create(@Body() cat: NewCat): NewCat {
    return cat
  }
}

@Module({
  imports: [
    OpenApiModule.forRoot({
      title: 'Cats of the screenshot',
      version: '1.2.3',
      ui: { swagger: { customCss: '.topbar { display: none }' }, redoc: true, scalar: true },
    }),
  ],
  controllers: [CatsController],
})
class AppModule {}

const FOLDER = fileURLToPath(new URL('../../screenshots/', import.meta.url))
// where there is no Chromium this is skipped, in sight, unless CI says that there has to be one
const isSkipped = !hasBrowser

describe.skipIf(isSkipped)('the pages, in a browser', { timeout: 180_000 }, () => {
  let app: Application
  let browser: Browser
  let url: string
  let page: Page
  /** What the page asked for elsewhere, what its policy refused, and what went wrong in it. */
  let complaints: string[]

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true })
    app = await createApp(AppModule, { logger: false, shutdownSignals: false })
    const config = new DocumentBuilder().setTitle('Moved cats').addBearerAuth().build()
    SwaggerModule.setup('moved', app, () => SwaggerModule.createDocument(app, config), {
      raw: false,
      explorer: true,
      customJsStr: 'document.documentElement.dataset.own = "ran"',
      customCss: '.info { border: 3px solid rgb(0, 128, 0) }',
      swaggerOptions: {
        persistAuthorization: true,
        requestInterceptor(request: { headers: Record<string, string> }) {
          request.headers['X-Own'] = 'sent'
          return request
        },
      },
    })
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
    browser = await openBrowser()
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await app.close()
  })

  beforeEach(async () => {
    complaints = []
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('request', (request) => {
      const asked = request.url()
      if (!asked.startsWith(url) && !/^(data|blob):/.test(asked)) complaints.push(`request ${asked}`)
    })
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(`error ${error.message}`))
  })

  afterEach(() => page.close())

  it('Swagger UI lists the operations and performs a call', async () => {
    await page.goto(`${url}/docs`)
    await page.locator('.opblock-post').waitFor()
    expect(await page.title()).toBe('Cats of the screenshot')
    await eventually(async () => expect(await page.locator('.opblock').count()).toBe(3))
    await page.locator('.opblock-get').last().click()
    await page.getByRole('button', { name: 'Try it out' }).click()
    await page.getByPlaceholder('id').fill('7')
    await page.getByRole('button', { name: 'Execute' }).click()
    await page.getByText('Tom of the screenshot').first().waitFor()
    await page.screenshot({ path: `${FOLDER}swagger-ui.png`, fullPage: true })
    expect(complaints).toEqual([])
  })

  it('Swagger UI of SwaggerModule runs scripts and functions of the application, within its policy', async () => {
    await page.goto(`${url}/moved`)
    await page.locator('.opblock-post').waitFor()
    await page.locator('.topbar').waitFor()
    await page.locator('html[data-own="ran"]').waitFor()
    await page.locator('.opblock-get').first().click()
    await page.getByRole('button', { name: 'Try it out' }).click()
    await page.getByRole('button', { name: 'Execute' }).click()
    // the function has changed the request, which the page shows
    await page.getByText('X-Own: sent').first().waitFor()
    await page.getByText('Ada of the screenshot').first().waitFor()
    await page.screenshot({ path: `${FOLDER}swagger-module.png`, fullPage: true })
    expect(complaints).toEqual([])
  })

  it('ReDoc lists the operations', async () => {
    await page.goto(`${url}/redoc/`)
    await page.getByText('/cats/{id}').first().waitFor()
    await eventually(async () => expect(await page.getByText('/cats').count()).toBeGreaterThan(1))
    await page.screenshot({ path: `${FOLDER}redoc.png` })
    expect(complaints).toEqual([])
  })

  it('Scalar lists the operations and performs a call', async () => {
    await page.goto(`${url}/reference`)
    await page.getByText('/cats/{id}').first().waitFor()
    await page.screenshot({ path: `${FOLDER}scalar.png` })
    await page
      .getByRole('button', { name: /Test Request/i })
      .first()
      .click()
    await page.screenshot({ path: `${FOLDER}scalar-client.png` })
    const answered = page.waitForResponse((response) => response.url() === `${url}/cats`)
    await page.getByRole('button', { name: /^Send/i }).first().click()
    expect((await answered).status()).toBe(200)
    await page.getByText('Ada of the screenshot').first().waitFor()
    await page.screenshot({ path: `${FOLDER}scalar-answer.png` })
    expect(complaints).toEqual([])
  })
})
