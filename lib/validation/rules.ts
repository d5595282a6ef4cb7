import type { MetadataStorage } from 'class-validator'
import type { Class } from '../common/index.js'
import { classValidator } from './class-validator.js'
import { boundedRule } from './bounded-rule.js'
import { recognise, type PureRule } from './recognise.js'
import type { ConstraintGetter, RuleSource } from './rule-source.js'
import type { Settings } from './settings.js'

/** The kinds of class-validator's records, as its `ValidationTypes` has them. */
const RuleKind = {
  CUSTOM_VALIDATION: 'customValidation',
  NESTED_VALIDATION: 'nestedValidation',
  PROMISE_VALIDATION: 'promiseValidation',
  CONDITIONAL_VALIDATION: 'conditionalValidation',
  WHITELIST: 'whitelistValidation',
  IS_DEFINED: 'isDefined',
} as const

/** One decorator's record, as class-validator keeps it. */
export type RuleMetadata = ReturnType<MetadataStorage['getTargetValidationMetadatas']>[number]

/** One constraint class that checks a value for one decorator. */
export type Constraint = ReturnType<MetadataStorage['getTargetValidatorConstraints']>[number]['instance']

/** One check of one property. */
export interface Rule {
  readonly metadata: RuleMetadata
  /** The key under which a failure appears in `constraints`. */
  readonly type: string
  /** The constraint object; asked for late, because it may come from a container that is set up after this. */
  readonly constraint: ConstraintGetter
  /** The rule as checks of nothing but the value, if it is known to be one of class-validator's own. */
  readonly pure: PureRule | undefined
}

/** All rules of one property. */
export interface PropertyRules {
  readonly name: string
  /** `@IsOptional` and `@ValidateIf`: the property is validated if all of them agree. */
  readonly conditions: readonly RuleMetadata[]
  /** True if the only conditions are `@IsOptional`. */
  readonly optionalOnly: boolean
  /** `@IsDefined`: checked even where missing values are skipped. */
  readonly presence: readonly Rule[]
  readonly checks: readonly Rule[]
  readonly nested: readonly RuleMetadata[]
  readonly awaitsPromise: boolean
  /** Records with a `context`, in the two turns in which class-validator merges them. */
  readonly presenceContexts: readonly RuleMetadata[]
  readonly contexts: readonly RuleMetadata[]
}

/** All rules of one class under one set of options. */
export interface ClassRules {
  readonly target: Class
  readonly properties: readonly PropertyRules[]
  /** The properties that any decorator names: what `whitelist` lets through. */
  readonly names: ReadonlySet<string>
}

/**
 * Collects the rules of a class, inherited ones included, that groups and `always` leave in force.
 *
 * @param target the class
 * @param settings options
 * @returns its rules, properties in class-validator's order
 */
export function rulesOf(target: Class, settings: Settings): ClassRules {
  const storage = classValidator().getMetadataStorage()
  const { always, strictGroups, groups } = settings
  const metadata = storage.getTargetValidationMetadatas(target, '', always, strictGroups, groups)
  const grouped = Object.entries(storage.groupByPropertyName(metadata))
  return {
    target,
    properties: grouped.map(([name, records]) => propertyRules(name, records, settings.source)),
    names: new Set(grouped.map(([name]) => name)),
  }
}

/**
 * Names the key under which a record's failure is filed.
 *
 * @param metadata the record
 * @returns the name of its first constraint class, otherwise the kind of the record
 */
export function typeOf(metadata: RuleMetadata): string {
  if (metadata.type !== RuleKind.CUSTOM_VALIDATION) return metadata.type
  return (
    classValidator().getMetadataStorage().getTargetValidatorConstraints(metadata.constraintCls)[0]?.name ||
    metadata.type
  )
}

function propertyRules(
  name: string,
  records: readonly RuleMetadata[],
  source: RuleSource | undefined,
): PropertyRules {
  const toRules = (record: RuleMetadata) => rulesFor(record, source)
  const ofType = (type: string) => records.filter((record) => record.type === type)
  const conditions = ofType(RuleKind.CONDITIONAL_VALIDATION)
  const defined = ofType(RuleKind.IS_DEFINED)
  const custom = ofType(RuleKind.CUSTOM_VALIDATION)
  const others = records.filter(({ type }) => type !== RuleKind.IS_DEFINED && type !== RuleKind.WHITELIST)
  return {
    name,
    conditions,
    optionalOnly: conditions.every((condition) => condition.name === 'isOptional'),
    presence: defined.flatMap(toRules),
    checks: custom.flatMap(toRules),
    nested: ofType(RuleKind.NESTED_VALIDATION),
    awaitsPromise: ofType(RuleKind.PROMISE_VALIDATION).length > 0,
    presenceContexts: defined.filter(hasContext),
    contexts: [...others, ...custom].filter(hasContext),
  }
}

function rulesFor(metadata: RuleMetadata, source: RuleSource | undefined): Rule[] {
  return classValidator()
    .getMetadataStorage()
    .getTargetValidatorConstraints(metadata.constraintCls)
    .map((registered) => {
      const type = registered.name || metadata.type
      const provided = source?.getterOf(registered.target as Class)
      if (provided !== undefined) return { metadata, type, constraint: provided, pure: undefined }
      let constraint: Constraint | undefined
      return {
        metadata,
        type,
        constraint: () => (constraint ??= boundedRule(registered.name, registered.instance)),
        pure: recognise(metadata, registered),
      }
    })
}

function hasContext(metadata: RuleMetadata): boolean {
  return Boolean(metadata.context)
}
