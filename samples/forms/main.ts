import { createForms } from './create-forms.js'

const app = await createForms()
await app.listen(Number(process.env['PORT'] ?? 3000))
