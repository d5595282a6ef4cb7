import { createBoard } from './create-board.js'

const app = await createBoard()
await app.listen(Number(process.env['PORT'] ?? 3000))
