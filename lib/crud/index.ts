export { CrudActions } from './actions.js'
export { crudOf, defineCrud } from './crud.js'
export {
  CrudBodyInvalid,
  CrudForbidden,
  CrudInvalid,
  CrudMissing,
  CrudNotFound,
  CrudPatchType,
  CrudQueryInvalid,
  JsonPatchInvalid,
  JsonPatchTestFailed,
} from './errors.js'
export {
  CRUD_ACTIONS,
  type CrudAction,
  type CrudBodies,
  type CrudOptions,
  type CrudPages,
  type CrudPolicy,
  type CrudRelation,
  type CrudScope,
  type FieldOf,
  type PolicyCall,
  type ScopeValue,
} from './options.js'
export { applyJsonPatch } from './patch/json-patch.js'
export { mergePatch } from './patch/merge-patch.js'
export { OPERATORS, type Condition, type Operator } from './query/condition.js'
export type { EntityShape, FieldKind, FieldShape, RelationShape } from './shape.js'
export { POSITION } from './store.js'
export type {
  CrudDriver,
  CrudStore,
  IncludedRelation,
  PageRequest,
  Removed,
  Row,
  SearchTerm,
  Selection,
  SortKey,
} from './store.js'
