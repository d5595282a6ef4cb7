import { isPromise } from '../common/index.js'
import type { Injector, Token } from '../di/index.js'
import type { EndpointModel, ParamModel } from './endpoint.js'
import { enhancerOf, perCall, type Enhancer } from './enhancer.js'
import type { ArgumentMetadata, PipeTransform } from './enhancers.js'
import type { DefaultPipe, GlobalEnhancers } from './globals.js'
import type { PipelineContext } from './execution-context.js'
import { nearestProvider, putInPlace } from './pipe-place.js'

/** The arguments of an endpoint, ready to be taken. */
export interface Binding<C> {
  /** One function per argument; `undefined` is passed where no decorator stands. */
  readonly bind: readonly ((context: C) => unknown)[]
  readonly steps: readonly string[]
  readonly needsScope: boolean
}

type Pipe = Enhancer<PipeTransform<never>>
type Transform<C> = (value: unknown, context: C) => unknown

/**
 * Compiles the parameters of an endpoint with their pipes: global → class → method → parameter.
 *
 * @param endpoint whose parameters
 * @param pipes of application, class and method, in this order
 * @param injector builds pipes given as classes
 * @param globals names the pipe that stands before the others unless there is one of its class
 */
export async function bindArguments<C extends PipelineContext>(
  endpoint: EndpointModel<C>,
  pipes: readonly Pipe[],
  injector: Injector,
  globals: GlobalEnhancers,
): Promise<Binding<C>> {
  const length = Math.max(0, ...endpoint.params.map((param) => param.index + 1))
  const bind = new Array<(context: C) => unknown>(length).fill(nothing)
  const steps: string[] = []
  let needsScope = false
  for (const param of endpoint.params) {
    const own = await Promise.all(param.pipes.map((pipe) => enhancerOf(pipe, endpoint.module, injector)))
    const declared = param.piped ? [...pipes, ...own] : own
    const chain = withDefault(declared, param, globals.defaultPipe)
    needsScope ||= chain.some((pipe) => pipe.instance === undefined)
    const transforms: Transform<C>[] = []
    const place = {
      endpoint,
      index: param.index,
      isAlone: chain.length === 1,
      injector,
      find: (token: Token) => nearestProvider(token, endpoint.module, globals.records()),
      records: globals.records,
    }
    for (const pipe of chain) {
      const transform = compilePipe<C>(pipe, putInPlace(metadataOf(param), place))
      if (transform === undefined) continue
      transforms.push(transform)
      steps.push(`pipe ${pipe.name} on [${param.index}]`)
    }
    bind[param.index] = chainTransforms(param, transforms)
  }
  return { bind, steps, needsScope }
}

function nothing(): undefined {
  return undefined
}

function metadataOf(param: ParamModel): ArgumentMetadata {
  return { type: param.type as ArgumentMetadata['type'], metatype: param.metatype, data: param.data }
}

function withDefault(
  declared: readonly Pipe[],
  param: ParamModel,
  defaultPipe: DefaultPipe | undefined,
): readonly Pipe[] {
  if (defaultPipe === undefined || !param.piped) return declared
  const { pipe, type } = defaultPipe
  const isReplaced = declared.some(
    ({ instance, metatype }) =>
      instance instanceof type || metatype === type || metatype?.prototype instanceof type,
  )
  return isReplaced
    ? declared
    : [{ name: type.name, metatype: type, instance: pipe, get: () => pipe }, ...declared]
}

function compilePipe<C extends PipelineContext>(
  pipe: Pipe,
  metadata: ArgumentMetadata,
): Transform<C> | undefined {
  const { instance } = pipe
  if (instance === undefined) {
    const transform = perCall(pipe, (one, context: C, value: unknown) =>
      // only those that are prepared know what to do with more than applications' own pipes expect
      one.prepare === undefined
        ? one.transform(value as never, metadata)
        : one.transform(value as never, metadata, context),
    )
    return (value, context) => transform(context, value)
  }
  if (instance.prepare === undefined || overridesTransform(instance))
    return (value) => instance.transform(value as never, metadata)
  return instance.prepare(metadata) as Transform<C> | undefined
}

/** A class derived from a prepared pipe may change `transform` alone: then that is what has to be called. */
function overridesTransform(pipe: PipeTransform<never>): boolean {
  for (let one: unknown = pipe; typeof one === 'object' && one !== null; one = Object.getPrototypeOf(one)) {
    if (Object.hasOwn(one, 'prepare')) return false
    if (Object.hasOwn(one, 'transform')) return true
  }
  return false
}

function chainTransforms<C>(
  param: ParamModel<C>,
  transforms: readonly Transform<C>[],
): (context: C) => unknown {
  const extract = (context: C): unknown => param.extract(context)
  if (transforms.length === 0) return extract
  const apply = (value: unknown, context: C, from: number): unknown => {
    let current = value
    for (let i = from; i < transforms.length; i++) {
      if (isPromise(current)) return current.then((ready) => apply(ready, context, i))
      current = transforms[i]!(current, context)
    }
    return current
  }
  return (context) => apply(param.extract(context), context, 0)
}
