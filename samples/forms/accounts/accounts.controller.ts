import { Body, Controller, Post } from 'corbel'
import { AccountsService } from './accounts.service.js'
import { SignUp } from './sign-up.dto.js'

/** Takes the form. */
@Controller('accounts')
export class AccountsController {
  constructor(private readonly accounts: AccountsService) {}

  @Post()
  async create(@Body() form: SignUp): Promise<{ name: string; email: string }> {
    const { name, email } = await this.accounts.create(form)
    return { name, email }
  }
}
