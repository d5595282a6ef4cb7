import { createBoard, useDemoProvider } from './create-board.js'

const port = Number(process.env['PORT'] ?? 3000)
const app = await createBoard()
await app.listen(port)
await useDemoProvider(app, `http://localhost:${port}`)
console.log(`http://localhost:${port}`)
