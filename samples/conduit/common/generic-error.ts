import { ApiProperty, ApiSchema } from 'corbel'

/** What is wrong, in words. */
class ErrorMessages {
  @ApiProperty({ type: [String] })
  body: string[]
}

/** The form of every error of the contract. */
@ApiSchema({ name: 'GenericErrorModel' })
export class GenericError {
  @ApiProperty()
  errors: ErrorMessages
}
