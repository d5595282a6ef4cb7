import { createVersions } from './create-versions.js'

const app = await createVersions()
await app.listen(Number(process.env['PORT'] ?? 3000))
