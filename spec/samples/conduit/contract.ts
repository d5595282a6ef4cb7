/**
 * The part of the public RealWorld contract (OpenAPI 3.1, version 1.1.0) that answers are checked against: the schema of
 * every body, and for every operation which body goes with which status. 403 and 404 are not in the document; they are
 * answered in the form of its errors.
 */

/** What a value must look like: a type, an array, or an object with exactly these members. */
export type Shape =
  'string' | 'integer' | 'boolean' | 'date-time' | readonly [Shape] | { readonly [member: string]: Shape }

const Profile = { username: 'string', bio: 'string', image: 'string', following: 'boolean' } as const
const User = { email: 'string', token: 'string', username: 'string', bio: 'string', image: 'string' } as const
const ArticleInList = {
  slug: 'string',
  title: 'string',
  description: 'string',
  tagList: ['string'],
  createdAt: 'date-time',
  updatedAt: 'date-time',
  favorited: 'boolean',
  favoritesCount: 'integer',
  author: Profile,
} as const
const Article = { ...ArticleInList, body: 'string' } as const
const Comment = {
  id: 'integer',
  createdAt: 'date-time',
  updatedAt: 'date-time',
  body: 'string',
  author: Profile,
} as const

const errors: Shape = { errors: { body: ['string'] } }
const user: Shape = { user: User }
const profile: Shape = { profile: Profile }
const article: Shape = { article: Article }
const articles: Shape = { articles: [ArticleInList], articlesCount: 'integer' }

const open = { 422: errors }
const optional = { 401: errors, 422: errors }
const secured = { 401: errors, 422: errors }
const missing = { 404: errors }
const foreign = { 403: errors, 404: errors }

/** By operation: the body for each status; undefined where there must be none. */
export const OPERATIONS = {
  'POST /users/login': { 200: user, 401: errors, 422: errors },
  'POST /users': { 201: user, ...open },
  'GET /user': { 200: user, ...secured },
  'PUT /user': { 200: user, ...secured },
  'GET /profiles/{username}': { 200: profile, ...optional, ...missing },
  'POST /profiles/{username}/follow': { 200: profile, ...secured, ...missing },
  'DELETE /profiles/{username}/follow': { 200: profile, ...secured, ...missing },
  'GET /articles/feed': { 200: articles, ...secured },
  'GET /articles': { 200: articles, ...optional },
  'POST /articles': { 201: article, ...secured },
  'GET /articles/{slug}': { 200: article, ...open, ...missing },
  'PUT /articles/{slug}': { 200: article, ...secured, ...foreign },
  'DELETE /articles/{slug}': { 204: undefined, ...secured, ...foreign },
  'GET /articles/{slug}/comments': { 200: { comments: [Comment] }, ...optional, ...missing },
  'POST /articles/{slug}/comments': { 200: { comment: Comment }, ...secured, ...missing },
  'DELETE /articles/{slug}/comments/{id}': { 204: undefined, ...secured, ...foreign },
  'POST /articles/{slug}/favorite': { 200: article, ...secured, ...missing },
  'DELETE /articles/{slug}/favorite': { 200: article, ...secured, ...missing },
  'GET /tags': { 200: { tags: ['string'] }, ...open },
} as const satisfies Record<string, Record<number, Shape | undefined>>

/** `POST /users/login` … */
export type Operation = keyof typeof OPERATIONS

/**
 * Compares a value with a shape.
 *
 * @returns what differs: `article.author: a member too many: email`
 */
export function differences(value: unknown, shape: Shape, path = 'body'): string[] {
  if (typeof shape === 'string')
    return hasType(value, shape) ? [] : [`${path}: ${JSON.stringify(value)} is no ${shape}`]
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${path}: is no array`]
    return value.flatMap((one, index) => differences(one, shape[0], `${path}[${index}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: is no object`]
  const members = new Map<string, unknown>(Object.entries(value))
  const extra = [...members.keys()].filter((member) => !(member in shape))
  return [
    ...extra.map((member) => `${path}: a member too many: ${member}`),
    ...Object.entries(shape).flatMap(([member, inner]) =>
      differences(members.get(member), inner, `${path}.${member}`),
    ),
  ]
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function hasType(value: unknown, type: 'string' | 'integer' | 'boolean' | 'date-time'): boolean {
  if (type === 'integer') return Number.isInteger(value)
  if (type !== 'date-time') return typeof value === type
  // RFC 3339, as JSON Schema means it
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)
}
