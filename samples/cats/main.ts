import { createApp } from 'corbel'
import { AppModule } from './app.module.js'

const app = await createApp(AppModule)
await app.listen(Number(process.env['PORT'] ?? 3000))
