import { Body, Controller, Post } from 'corbel'
import { HtmlSanitizer, SanitizeHtmlPipe, type HtmlPolicy } from 'corbel/security/html'
import { loadSanitize } from '../../lib/security/html/package.js'
import { json, serve } from '../auth/served.js'

const clean = (html: string, policy: HtmlPolicy = 'article'): Promise<string> =>
  new HtmlSanitizer({ policy }).sanitize(html)

describe('HtmlSanitizer', () => {
  it('keeps what its policy allows', async () => {
    const html =
      '<h2>Title</h2><p>A <b>bold</b> word, <a href="https://example.com/?a=1&amp;b=2">a link</a></p>'
    expect(await clean(html)).toBe(
      '<h2>Title</h2><p>A <b>bold</b> word, <a href="https://example.com/?a=1&amp;b=2" rel="nofollow ugc noopener">a link</a></p>',
    )
    expect(await clean(html, 'inline')).toMatch(/^TitleA <b>bold<\/b> word, <a /)
    expect(await clean(html, 'text')).toBe('TitleA bold word, a link')
  })

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)></svg>',
    '<svg><script>alert(1)</script></svg>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:alert(1)">x</a>',
    '<a href="//evil.example">x</a>',
    '<img src="//evil.example/x.png">',
    '<iframe src="https://evil.example"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="x"></object><embed src="x">',
    '<form action="https://evil.example"><input name=password></form>',
    '<base href="https://evil.example/">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<link rel=stylesheet href="https://evil.example/x.css">',
    '<style>body{background:url(https://evil.example)}</style>',
    '<p style="position:fixed;inset:0">x</p>',
    '<p id="csrf" class="admin" name="cookie">x</p>',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<!--><img src=x onerror=alert(1)>-->',
    '<<script>alert(1)//<</script>',
    '<img src="x` `<script>alert(1)</script>"` `>',
    '<a target="_blank" rel="opener" href="https://example.com" ping="https://evil.example">x</a>',
    '<details open ontoggle=alert(1)>',
    '<textarea><script>alert(1)</script></textarea>',
  ])('takes the danger out of %s', async (html) => {
    const left = await clean(html)
    expect(left).not.toMatch(
      /<\s*(?:script|svg|math|iframe|object|embed|form|input|base|meta|link|style|noscript|textarea)/i,
    )
    expect(left).not.toMatch(/<[^>]*\s(?:on\w+|style|class|id|name|ping|target|srcdoc)\s*=/i)
    expect(left).not.toMatch(/(?:href|src)\s*=\s*"(?:\s*(?:javascript|data|vbscript):|\/\/)/i)
    expect(left).not.toMatch(/rel="opener"/)
  })

  it('bounds how deep elements are nested', async () => {
    const deep = await clean('<div>'.repeat(10_000))
    expect(deep.match(/<div>/g)!.length).toBeLessThanOrEqual(50)
  })

  it('takes more tags, and never those that run something', async () => {
    const sanitizer = new HtmlSanitizer({ policy: 'text', tags: ['details'] })
    expect(await sanitizer.sanitize('<details open>x</details>')).toBe('<details>x</details>')
    for (const tag of ['script', 'SVG', 'iframe', 'style', 'form'])
      expect(() => new HtmlSanitizer({ tags: [tag] })).toThrow('cannot be allowed')
  })

  it('serves as a pipe', async () => {
    @Controller()
    class Comments {
      @Post() add(@Body('html', new SanitizeHtmlPipe({ policy: 'inline' })) html: unknown) {
        return { html }
      }
    }
    const served = await serve({ controllers: [Comments] })
    try {
      const answer = await served.send('/', json({ html: '<b>a</b><script>b</script>' }))
      expect(answer.body).toEqual({ html: '<b>a</b>' })
      expect((await served.send('/', json({ html: 7 }))).body).toEqual({ html: 7 })
    } finally {
      await served.close()
    }
  })

  it('explains a package that is missing', async () => {
    const missing = Object.assign(new Error("Cannot find package 'sanitize-html'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(loadSanitize(() => Promise.reject(missing))).rejects.toThrow(
      'Run: npm install sanitize-html',
    )
  })
})
