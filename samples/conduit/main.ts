import { createConduit } from './conduit.js'
import { configFromEnvironment } from './config/config.js'

const config = configFromEnvironment(process.env)
const app = await createConduit(config)
await app.listen(config.port, config.host)
console.log(`Conduit answers on ${await app.getUrl()}/api (Ctrl-C stops it)`)
