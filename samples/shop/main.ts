import { createShop } from './create-shop.js'

const app = await createShop({ url: process.env['DATABASE_URL'], database: process.env['SHOP_DATABASE'] })
await app.listen(Number(process.env['PORT'] ?? 3000))
