import { Catch, type ArgumentsHost, type ExceptionFilter, type HttpResponse } from 'corbel'
import { CatMissing } from './cats.service.js'

/** Answers 404 for a cat that is not there. */
@Catch(CatMissing)
export class CatMissingFilter implements ExceptionFilter<CatMissing> {
  catch(error: CatMissing, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<HttpResponse>()
    response.status(404).json({ missing: error.id, message: error.message })
  }
}
