import { Controller, Get, Res, type WebResponse } from 'corbel'
import { DatabaseHealth, WithoutTenant, type DatabaseHealthReport } from 'corbel/database/typeorm'

@Controller('health')
@WithoutTenant()
export class HealthController {
  constructor(private readonly database: DatabaseHealth) {}

  @Get() async check(@Res({ passthrough: true }) response: WebResponse): Promise<DatabaseHealthReport> {
    const report = await this.database.check()
    response.status(report.status === 'up' ? 200 : 503)
    return report
  }
}
