import { CorbelError, defineError } from '../common/index.js'

/** A dependency that nothing provides where it is needed. */
export const DependencyMissing = defineError<{
  consumer: string
  signature: string
  dependency: string
  place: string
  module: string
  hint: string
}>(
  'CORBEL_DEPENDENCY_MISSING',
  '{signature}: {consumer} in {module} needs {dependency} ({place}), which is not available there. {hint}',
)

/** A dependency that exists, but that its module keeps to itself. */
export const ProviderNotExported = defineError<{
  consumer: string
  signature: string
  dependency: string
  place: string
  module: string
  owner: string
  hint: string
}>(
  'CORBEL_PROVIDER_NOT_EXPORTED',
  '{signature}: {consumer} in {module} needs {dependency} ({place}), which {owner} provides but does not export. ' +
    'Add {dependency} to the exports of {owner}.{hint}',
)

/** A dependency without a token to look for: two files import each other, or its type is no class at run time. */
export const DependencyUndefined = defineError<{
  consumer: string
  signature: string
  place: string
  module: string
  reason: string
}>('CORBEL_DEPENDENCY_UNDEFINED', '{signature}: {consumer} in {module} has no token for {place}. {reason}')

/** Classes that need each other to be built. */
export const DependencyCycle = defineError<{ path: string; modules: string; where: string }>(
  'CORBEL_DEPENDENCY_CYCLE',
  'A dependency cycle: {path} (in {modules}). Break it, or use @Inject(forwardRef(() => X)) on both sides.{where}',
)

/** A class with constructor parameters of which the compiler recorded nothing. */
export const ClassUndecorated = defineError<{ class: string; module: string; reason: string }>(
  'CORBEL_CLASS_UNDECORATED',
  '{class} in {module} has constructor parameters but {reason}',
)

/** Something in a module's lists that cannot stand there. */
export const ModuleEntryInvalid = defineError<{
  module: string
  list: string
  index: number
  entry: string
  reason: string
}>('CORBEL_MODULE_ENTRY_INVALID', '{list}[{index}] of {module} is {entry}: {reason}')

/** A promised module, or a forward reference, that failed; `cause` is what it failed with. */
export const ModuleEntryFailed = defineError<{ module: string; list: string; index: number; reason: string }>(
  'CORBEL_MODULE_ENTRY_FAILED',
  '{list}[{index}] of {module} failed with {reason}',
)

/** An export of something that the module neither provides nor imports. */
export const ExportUnknown = defineError<{ module: string; token: string }>(
  'CORBEL_EXPORT_UNKNOWN',
  '{module} exports {token}, which it neither provides nor imports. Add it to providers, import its module, or drop the export.',
)

/** A provider that was asked for where it cannot be seen, or that does not exist. */
export const ProviderUnknown = defineError<{ token: string; where: string; hint: string }>(
  'CORBEL_PROVIDER_UNKNOWN',
  '{token} is not provided in {where}. {hint}',
)

/** `get()` on something that has no single instance. */
export const ProviderScoped = defineError<{ token: string; reason: string }>(
  'CORBEL_PROVIDER_SCOPED',
  '{token} is {reason}: there is no single instance. Use resolve() instead of get().',
)

/** `get()` on something that is not built yet: only possible in constructors and factories, while the application boots. */
export const ProviderUnbuilt = defineError<{ token: string }>(
  'CORBEL_PROVIDER_UNBUILT',
  '{token} is not built yet: its factory is still waiting, or it needs what is being built. Inject it, so that it is built ' +
    'first, or look it up in onModuleInit().',
)

/** `ModuleRef.create` of something that cannot be built. */
export const ClassExpected = defineError<{ given: string }>(
  'CORBEL_CLASS_EXPECTED',
  'create() was given {given}, which is no class. If two files import each other, one of them is undefined here; ' +
    'for what has another token, use get() or resolve().',
)

/** A constructor or factory that failed while the application booted; `cause` is what it threw. */
export const ProviderFailed = defineError<{
  provider: string
  module: string
  maker: string
  reason: string
}>('CORBEL_PROVIDER_FAILED', '{provider} in {module} cannot be built: its {maker} failed with {reason}')

/** A module that was asked for but is not part of the application. */
export const ModuleUnknown = defineError<{ module: string }>(
  'CORBEL_MODULE_UNKNOWN',
  '{module} is not part of this application. Import it in a module that the root module reaches.',
)

/** A factory in a cycle: there is no object before it has run. */
export const FactoryCycle = defineError<{ token: string }>(
  'CORBEL_FACTORY_CYCLE',
  '{token} is made by a factory that depends on itself through forwardRef. A factory has no object to hand out early: use a class, or break the cycle.',
)

/** A decorator that has no meaning where it stands. */
export const DecoratorMisplaced = defineError<{
  decorator: string
  place: string
  module: string
  reason: string
}>('CORBEL_DECORATOR_MISPLACED', '{decorator} on {place} (in {module}) is wrong: {reason}.')

/** All that is wrong with an application, found in one boot. */
export class BootFailed extends CorbelError {
  /** Each problem on its own. */
  readonly errors: readonly Error[]

  constructor(errors: readonly Error[]) {
    const list = errors.map((error) => `  - ${codeOf(error)}${error.message}`).join('\n')
    const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`
    super(
      'CORBEL_BOOT_FAILED',
      `The application cannot start: ${count}.\n${list}`,
      { count: errors.length },
      undefined,
      {
        cause: errors[0],
      },
    )
    this.errors = errors
  }
}

function codeOf(error: Error): string {
  return error instanceof CorbelError ? `[${error.code}] ` : ''
}
