import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { z } from 'zod'

const ROLES = ['admin', 'editor', 'reader']

const text = (minLength, maxLength) => ({ type: 'string', minLength, maxLength })
const whole = (minimum, maximum) => ({ type: 'integer', minimum, ...(maximum && { maximum }) })
const object = (properties, optional = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
})

const userSchema = object({
  email: { type: 'string', format: 'email' },
  name: text(2, 40),
  age: whole(0, 150),
  newsletter: { type: 'boolean' },
  role: { type: 'string', enum: ROLES },
})
const orderSchema = object(
  {
    customer: userSchema,
    address: object({
      street: text(1, 100),
      city: text(1, 60),
      zip: { type: 'string', pattern: '^\\d{5}$' },
    }),
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: object({ sku: text(3, 20), quantity: whole(1, 99), price: whole(0) }),
    },
    note: text(0, 200),
  },
  ['note'],
)
const ajv = formats.default(new Ajv({ removeAdditional: true }))

/** What ajv makes of the same rules. */
export const ajvSchemas = { flat: ajv.compile(userSchema), nested: ajv.compile(orderSchema) }

const user = z.object({
  email: z.email(),
  name: z.string().min(2).max(40),
  age: z.int().min(0).max(150),
  newsletter: z.boolean(),
  role: z.enum(ROLES),
})

/** What zod makes of the same rules. */
export const zodSchemas = {
  flat: user,
  nested: z.object({
    customer: user,
    address: z.object({
      street: z.string().min(1).max(100),
      city: z.string().min(1).max(60),
      zip: z.string().regex(/^\d{5}$/),
    }),
    lines: z
      .array(
        z.object({ sku: z.string().min(3).max(20), quantity: z.int().min(1).max(99), price: z.int().min(0) }),
      )
      .min(1)
      .max(50),
    note: z.string().max(200).optional(),
  }),
}
