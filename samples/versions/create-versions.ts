import { createApp, VersioningType, type Application, type CreateAppOptions } from 'corbel'
import { AppModule } from './app.module.js'

/** The application with its versions, ready to listen. */
export async function createVersions(options: CreateAppOptions = {}): Promise<Application> {
  const app = await createApp(AppModule, options)
  return app.enableVersioning({
    // /v2/customers, or /customers with X-API-Version: 2
    type: [VersioningType.URI, VersioningType.HEADER],
    versions: ['1', '2', '3'],
    unsupported: 404,
    deprecated: {
      '1': {
        since: '2026-01-01',
        sunset: '2099-06-30',
        successor: '/v3/customers',
        link: { deprecation: 'https://example.com/changes#v1', sunset: 'https://example.com/sunsets' },
        message: 'Names and addresses come in parts now.',
      },
    },
  })
}
