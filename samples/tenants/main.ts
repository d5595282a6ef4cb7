import { createTenants } from './create-tenants.js'

const app = await createTenants({
  folder: process.env['FOLDER'] ?? 'tenants',
  domain: process.env['DOMAIN'] ?? 'projects.localhost',
})
await app.listen(Number(process.env['PORT'] ?? 3000))
