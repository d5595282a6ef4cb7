import { CrudForbidden, CrudInvalid } from './errors.js'
import type { CrudAction, PolicyCall } from './options.js'
import type { CrudPlan } from './plan.js'
import { OPERATORS, type Condition, type Operator } from './query/condition.js'
import type { Row } from './store.js'

/** What a policy has decided about one call. */
export interface Granted {
  readonly conditions: readonly Condition[]
  /** What every new record gets, whatever the client has sent. */
  readonly fixed: Row
}

const EVERYTHING: Granted = { conditions: [], fixed: {} }

/**
 * Asks the policy.
 *
 * @param plan of the entity
 * @param call what it is asked about
 * @throws {CorbelError} CORBEL_CRUD_FORBIDDEN (403)
 */
export async function askPolicy(plan: CrudPlan, call: PolicyCall): Promise<Granted> {
  if (plan.policy === undefined) return EVERYTHING
  const answer: unknown = await plan.policy(call)
  if (answer === true) return EVERYTHING
  // anything but an object is a no: a policy that forgets to return must not open the door
  if (typeof answer !== 'object' || answer === null) throw forbidden(plan, call.action)
  const conditions: Condition[] = []
  const fixed: Row = {}
  for (const [field, value] of Object.entries(answer)) {
    if (!plan.shape.fields.has(field) && !plan.shape.references.has(field))
      throw unknown(plan, `the policy names "${field}", which is no field`)
    const own = conditionsOf(plan, field, value)
    conditions.push(...own)
    if (own.length === 1 && own[0]!.operator === 'eq') fixed[field] = own[0]!.values[0]
  }
  return { conditions, fixed }
}

/** The error of what is not allowed. */
export function forbidden(plan: CrudPlan, action: CrudAction): Error {
  return new CrudForbidden({ entity: plan.shape.name, action })
}

function unknown(plan: CrudPlan, problems: string): Error {
  return new CrudInvalid({ class: 'a controller', entity: plan.shape.name, problems })
}

function conditionsOf(plan: CrudPlan, field: string, value: unknown): readonly Condition[] {
  if (value === null) return [{ field, operator: 'null', values: [true] }]
  // undefined would mean "no condition" to a careless reader: it means that nothing matches
  if (value === undefined) return [{ field, operator: 'in', values: [] }]
  if (Array.isArray(value)) return [{ field, operator: 'in', values: value }]
  if (typeof value !== 'object' || value instanceof Date) return [{ field, operator: 'eq', values: [value] }]
  return Object.entries(value).map(([operator, operand]) => {
    if (!OPERATORS.includes(operator as Operator))
      throw unknown(plan, `the policy compares ${field} by "${operator}", which is no operator`)
    const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
    return { field, operator: operator as Operator, values }
  })
}
