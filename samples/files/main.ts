import { createFiles } from './create-files.js'

const app = await createFiles()
await app.listen(Number(process.env['PORT'] ?? 3000))
