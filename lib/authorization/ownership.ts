/** Members under which a resource may name whose it is. */
type OwnerKey<Resource> = keyof Resource & string

/**
 * Whether a resource is somebody's: its member holds his id, or an object with his id (a relation that was loaded). Nobody
 * owns what has no owner.
 *
 * @param principal who; undefined for nobody
 * @param resource what
 * @param key where it names its owner. Default `ownerId`
 * @example
 * update(principal: Principal, article: Article) { return isOwner(principal, article, 'authorId') }
 */
export function isOwner<Resource extends object>(
  principal: { readonly id: string | number } | undefined,
  resource: Resource,
  key: OwnerKey<Resource> | 'ownerId' = 'ownerId',
): boolean {
  if (principal === undefined || !isId(principal.id)) return false
  const owner: unknown = Reflect.get(resource, key)
  const id: unknown = typeof owner === 'object' && owner !== null ? Reflect.get(owner, 'id') : owner
  return isId(id) && String(id) === String(principal.id)
}

/** Empty text is what is left of an id that got lost. */
function isId(value: unknown): value is string | number | bigint {
  return (typeof value === 'string' && value !== '') || Number.isFinite(value) || typeof value === 'bigint'
}
