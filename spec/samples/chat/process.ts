import { createChat } from '../../../samples/chat/create-chat.js'

// One process of the chat; the spec that has started it is told where it is.
const [client = '', redisUrl, keyPrefix = '', secret] = process.argv.slice(2)
const app = await createChat({ client, redisUrl, keyPrefix, secret }, { logger: false })
await app.listen(0, '127.0.0.1')
process.send!((await app.getUrl()).replace(/\/$/, ''))
