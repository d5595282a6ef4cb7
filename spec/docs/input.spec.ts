import { Body, Controller, createApp, Module, OperatorGuard, Post, SecurityTxtModule } from 'corbel'
import { HtmlSanitizer, SanitizeHtmlPipe } from 'corbel/security/html'

// #region html
const articles = new HtmlSanitizer({ policy: 'article' })

@Controller('comments')
class CommentsController {
  @Post()
  add(@Body('text', new SanitizeHtmlPipe({ policy: 'inline' })) text: string) {
    return { text } // <b>fine</b>, and nothing that runs
  }

  @Post('preview')
  async preview(@Body('html') html: string) {
    return { html: await articles.sanitize(html) }
  }
}
// #endregion

// #region securitytxt
@Module({
  imports: [
    SecurityTxtModule.forRoot({ contact: 'mailto:security@example.com', expires: '2027-06-30T00:00:00Z' }),
  ],
  controllers: [CommentsController],
})
class AppModule {}
// #endregion

describe('the page on input', () => {
  it('does what it says', async () => {
    const app = await createApp(AppModule, { logger: false })
    // #region operators
    app.useGlobalGuards(new OperatorGuard({ allow: ['$ref'] }))
    // #endregion
    await app.init()
    const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload })
    expect((await post('/comments', { text: '<b>a</b><script>b</script>' })).json()).toEqual({
      text: '<b>a</b>',
    })
    expect((await post('/comments/preview', { html: '<p onclick="x">a' })).json()).toEqual({
      html: '<p>a</p>',
    })
    expect((await post('/comments', { text: { $ne: 1 } })).statusCode).toBe(400)
    expect((await app.inject({ url: '/.well-known/security.txt' })).body).toContain('Contact: mailto:')
    await app.close()
  })
})
