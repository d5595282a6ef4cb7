import { NestFactory } from '@nestjs/core'
import { AppModule } from './nest-app.js'

const app = await NestFactory.create(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
