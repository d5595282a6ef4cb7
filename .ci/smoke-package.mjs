// Packs the package, installs the tarball into an empty folder, compiles an application against its types and runs it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import assert from 'node:assert/strict'

const root = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'corbel-package-'))
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const source = `import { Body, Controller, createApp, Get, Injectable, Module, Param, Post } from 'corbel'
import { connect } from 'corbel/client'
import { MessageBody, SubscribeMessage, WebSocketGateway } from 'corbel/websocket'
import { IsEmail, Length } from 'class-validator'

class CreateUser {
  @IsEmail() email: string
  @Length(2, 40) name: string
}

@Injectable()
class Users {
  find(id: string): { id: string } {
    return { id }
  }
}

@Controller('users')
class UsersController {
  constructor(private readonly users: Users) {}
  @Get(':id') find(@Param('id') id: string) {
    return this.users.find(id)
  }
  @Post() create(@Body() user: CreateUser) {
    return user
  }
}

@WebSocketGateway({ path: '/echo' })
class EchoGateway {
  @SubscribeMessage('echo') echo(@MessageBody() text: string) {
    return text
  }
}

@Module({ controllers: [UsersController], providers: [Users, EchoGateway] })
class AppModule {}

const app = await createApp(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
const url = await app.getUrl()
const post = (body: object) =>
  fetch(url + '/users', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const found = await fetch(url + '/users/7')
const created = await post({ email: 'a@example.com', name: 'Ada' })
const refused = await post({ email: 'nobody', name: 'A' })
const socket = connect(url + '/echo')
const echoed = await socket.request('echo', 'over there')
socket.close()
console.log(JSON.stringify([found.status, await found.json(), created.status, refused.status, echoed]))
await app.close()
`

try {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root))
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'smoke', private: true, type: 'module' }),
  )
  run('npm', ['install', '--no-audit', '--no-fund', `./${filename}`, '@types/node@20'])
  writeFileSync(join(folder, 'main.ts'), source)
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        lib: ['ES2023'],
        types: ['node'],
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        strict: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        useDefineForClassFields: false,
        strictPropertyInitialization: false,
      },
    }),
  )
  run(process.execPath, [resolve(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])
  const output = JSON.parse(run(process.execPath, ['--experimental-websocket', 'main.js']))
  assert.deepEqual(output, [200, { id: '7' }, 201, 400, 'over there'])
  // an optional peer that is missing answers with the command that installs it
  const guarded = `
    import { createContext, Module } from 'corbel'
    import { JwtModule } from 'corbel/auth'
    class App {}
    Module({ imports: [JwtModule.register({ secret: 'x'.repeat(32) })] })(App)
    createContext(App, { logger: false }).then(() => console.log('started'), (error) => console.log(error.message))
  `
  assert.match(run(process.execPath, ['--input-type=module', '-e', guarded]), /npm install jose/)
  console.log('Package: the packed tarball installs, type-checks and answers')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
