import {
  Body,
  Controller,
  ConflictException,
  Get,
  Header,
  Inject,
  Post,
  Query,
  Redirect,
  Session,
} from 'corbel'
import { localPath, PasswordLogin, Public } from 'corbel/auth'
import { Unrestricted } from 'corbel/authorization'
import type { HttpSession } from 'corbel/sessions'
import { Accounts, type Account } from '../accounts/accounts.js'
import { HTML } from '../pages/html.js'
import { loginPage, signUpPage } from '../pages/login-pages.js'
import { LoginForm, SignUpForm } from './login.dto.js'
import { SocialLogin } from './social-login.js'

/** Sign-up, login by password, logout. */
@Controller()
export class LoginController {
  constructor(
    @Inject(PasswordLogin) private readonly passwords: PasswordLogin<Account>,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(SocialLogin) private readonly social: SocialLogin,
  ) {}

  @Public()
  @Get('login')
  @Header('content-type', HTML)
  page(@Session() session: HttpSession, @Query('to') to?: string): string {
    return loginPage({
      notices: session.flash('notice'),
      providers: this.social.names,
      to: localPath(to) ?? '/',
    })
  }

  @Public()
  @Post('login')
  @Redirect('/', 303)
  async login(@Body() form: LoginForm, @Session() session: HttpSession, @Query('to') to?: string) {
    const account = await this.passwords.verify(form.email, form.password)
    if (account === undefined) {
      session.flash('notice', 'E-mail address or password is wrong.')
      return { url: `/login?to=${encodeURIComponent(localPath(to) ?? '/')}` }
    }
    session.login(account.id)
    return { url: localPath(to) ?? '/' }
  }

  @Public()
  @Get('sign-up')
  @Header('content-type', HTML)
  signUpPage(@Session() session: HttpSession): string {
    return signUpPage({ notices: session.flash('notice') })
  }

  @Public()
  @Post('sign-up')
  @Redirect('/account', 303)
  async signUp(@Body() form: SignUpForm, @Session() session: HttpSession): Promise<void> {
    // a board shows who is on it; where that is a secret, a mail tells the owner of the address instead
    if (this.accounts.findByLogin(form.email) !== undefined)
      throw new ConflictException('This address has an account already.')
    const passwordHash = await this.passwords.hash(form.password)
    session.login(this.accounts.add({ email: form.email, name: form.name, passwordHash }).id)
    session.flash('notice', `Welcome, ${form.name}. Add a passkey, and the next login needs no password.`)
  }

  @Unrestricted()
  @Post('logout')
  @Redirect('/login', 303)
  async logout(@Session() session: HttpSession): Promise<void> {
    await session.destroy()
  }
}
