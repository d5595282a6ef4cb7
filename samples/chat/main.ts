import { createChat } from './create-chat.js'

const { PORT = '3000', REDIS_URL, JWT_SECRET } = process.env
const app = await createChat({ redisUrl: REDIS_URL, secret: JWT_SECRET })
await app.listen(Number(PORT))
console.log(`http://localhost:${new URL(await app.getUrl()).port}`)
