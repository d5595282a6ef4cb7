import { locateFunctions } from '../common/index.js'
import { DependencyCycle } from './errors.js'
import type { ProviderRecord } from './records.js'
import { describeToken } from './tokens.js'

/**
 * Finds cycles. One that has a `forwardRef` in it can be built, by handing out an object before its constructor has
 * run: its records are marked `circular`. One without is an error.
 *
 * Strongly connected components by Tarjan's algorithm, with an explicit stack, so that a deep graph cannot overflow.
 *
 * @param records all records, linked
 * @returns an error for each cycle without a forward reference
 */
export function analyseCycles(records: readonly ProviderRecord[]): Error[] {
  for (const component of stronglyConnected(records, () => true)) {
    for (const record of component) record.circular = true
  }
  const paths = stronglyConnected(records, (edge) => !edge.forward).map(pathThrough)
  const places = paths.length === 0 ? new Map<ProviderRecord, string>() : locateRecords(paths.flat())
  return paths.map((path) => {
    const written = path.slice(1).filter((record) => places.has(record))
    const where = written.map((record) => `${describeToken(record.token)} at ${places.get(record)}`)
    return new DependencyCycle({
      path: path.map((record) => describeToken(record.token)).join(' → '),
      modules: [...new Set(path.map((record) => record.module.name))].join(', '),
      where: where.length === 0 ? '' : ` Declared: ${where.join(', ')}.`,
    })
  })
}

/** Where classes and factories are written, as far as the runtime can tell. */
function locateRecords(records: readonly ProviderRecord[]): Map<ProviderRecord, string> {
  const places = locateFunctions(
    records.map(({ metatype, source }) => (source.kind === 'factory' ? source.useFactory : metatype)),
  )
  return new Map(
    records.flatMap((record, index) =>
      places[index] === undefined ? [] : [[record, places[index]] as const],
    ),
  )
}

type EdgeFilter = (edge: { readonly forward: boolean }) => boolean

/** Components that contain a cycle: of two or more records, or of one that depends on itself. */
function stronglyConnected(records: readonly ProviderRecord[], follow: EdgeFilter): ProviderRecord[][] {
  const index = new Map<ProviderRecord, number>()
  const low = new Map<ProviderRecord, number>()
  const open: ProviderRecord[] = []
  const isOpen = new Set<ProviderRecord>()
  const components: ProviderRecord[][] = []

  for (const start of records) {
    if (index.has(start)) continue
    const frames = [enter(start)]
    while (frames.length > 0) {
      const frame = frames[frames.length - 1]!
      const next = frame.targets[frame.at++]
      if (next === undefined) {
        frames.pop()
        leave(frame.record, frames[frames.length - 1]?.record)
      } else if (!index.has(next)) {
        frames.push(enter(next))
      } else if (isOpen.has(next)) {
        low.set(frame.record, Math.min(low.get(frame.record)!, index.get(next)!))
      }
    }
  }
  return components

  function enter(record: ProviderRecord): { record: ProviderRecord; targets: ProviderRecord[]; at: number } {
    index.set(record, index.size)
    low.set(record, index.get(record)!)
    open.push(record)
    isOpen.add(record)
    return { record, targets: targetsOf(record, follow), at: 0 }
  }

  function leave(record: ProviderRecord, parent: ProviderRecord | undefined): void {
    if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, low.get(record)!))
    if (low.get(record) !== index.get(record)) return
    const component: ProviderRecord[] = []
    let member: ProviderRecord
    do {
      member = open.pop()!
      isOpen.delete(member)
      component.push(member)
    } while (member !== record)
    if (component.length > 1 || targetsOf(record, follow).includes(record)) components.push(component)
  }
}

function targetsOf(record: ProviderRecord, follow: EdgeFilter): ProviderRecord[] {
  return record.dependencies
    .filter((edge) => edge.target !== undefined && follow(edge))
    .map((edge) => edge.target!)
}

/** One way round: begins and ends with the same record. */
function pathThrough(component: readonly ProviderRecord[]): ProviderRecord[] {
  const members = new Set(component)
  const path: ProviderRecord[] = []
  let record = component[component.length - 1]!
  while (!path.includes(record)) {
    path.push(record)
    record = targetsOf(record, (edge) => !edge.forward).find((target) => members.has(target))!
  }
  return [...path.slice(path.indexOf(record)), record]
}
