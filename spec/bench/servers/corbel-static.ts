import { Module, StaticModule, createApp } from 'corbel'

// the folder that static-files.mjs makes; nothing is set but where it is
@Module({ imports: [StaticModule.forRoot(process.argv[2]!)] })
class App {}

const app = await createApp(App, { logger: false })
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
