import { ValidationPipe } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { AppModule } from './nest-app.js'

const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: false })
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }))
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
