import { ApiProperty, Catch, type ArgumentsHost, type ExceptionFilter, type HttpResponse } from 'corbel'
import { CatMissing } from './cats.service.js'

/** What clients get of it. */
export class CatMissingBody {
  @ApiProperty({ type: 'integer' }) missing: number
  @ApiProperty() message: string
}

/** Answers 404 for a cat that is not there. */
@Catch(CatMissing)
export class CatMissingFilter implements ExceptionFilter<CatMissing> {
  catch(error: CatMissing, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<HttpResponse>()
    const body: CatMissingBody = { missing: error.id, message: error.message }
    response.status(404).json(body)
  }
}
