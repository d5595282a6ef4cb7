import { Readable } from 'node:stream'
import { isPromise, type Class } from '../common/index.js'
import { Inject, Injectable, Optional } from '../di/index.js'
import { HttpResponse } from '../http/index.js'
import { Reflector } from '../metadata/index.js'
import {
  Describes,
  isObservableLike,
  MappedStream,
  NextCall,
  type CallHandler,
  type EndpointModel,
  type EnhancerNotes,
  type EnhancerPlace,
  type ExecutionContext,
  type Handler,
  type Interceptor,
  type ObservableLike,
  type ResultWriter,
} from '../pipeline/index.js'
import { StreamableFile, writeJson, type HttpEndpoint } from '../web/index.js'
import { SERIALIZATION_OPTIONS, SerializeOptions, type SerializationOptions } from './options.js'
import { compileResultWriter } from './result-writer.js'
import { toPlain } from './to-plain.js'

/**
 * Makes results plain by the decorators of their classes, so that what is excluded never leaves. Lists are taken item by
 * item, observables and async iterables value by value; files, bytes and Fetch responses stay as they are.
 *
 * @example
 * app.useGlobalInterceptors(new ClassSerializerInterceptor(app.get(Reflector)))
 */
@Describes(describeResults)
@Injectable()
export class ClassSerializerInterceptor implements Interceptor {
  private readonly known = new WeakMap<Class, WeakMap<Handler, SerializationOptions>>()

  /**
   * @param reflector reads `@SerializeOptions`
   * @param defaultOptions of results whose handler says nothing else
   */
  constructor(
    @Inject(Reflector) protected readonly reflector: Reflector,
    @Optional() @Inject(SERIALIZATION_OPTIONS) protected readonly defaultOptions: SerializationOptions = {},
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): unknown {
    const options = this.optionsOf(context)
    const change = (value: unknown): unknown => this.serialize(value, options)
    const stream = next.handle<ObservableLike>()
    // the rest of the call as it is, without a stream around it: usually it has a plain result at once
    return stream instanceof NextCall ? changed(stream.call(), change) : new MappedStream(stream, change)
  }

  /**
   * Where nothing further out sees the results, they are written straight from the instances: the plain objects would
   * only be made to be written. A derived class that has a say in how they are made keeps it.
   */
  prepareResultWriter(endpoint: EndpointModel): ResultWriter | undefined {
    const own = ClassSerializerInterceptor.prototype
    if (this.intercept !== own.intercept || this.getContextOptions !== own.getContextOptions) return undefined
    if (this.serialize !== own.serialize || this.transformToPlain !== own.transformToPlain) return undefined
    const options = this.optionsFor(endpoint)
    return compileResultWriter(options, {
      convert: (value) => this.serialize(value, options),
      write: (endpoint as unknown as HttpEndpoint).write ?? writeJson,
      isOther: (value) => isOpaque(value) || isAsyncIterable(value),
    })
  }

  /**
   * The options for the results of an endpoint, as far as decorators and the application say.
   *
   * @param endpoint whose `@SerializeOptions` count before the default ones
   */
  optionsFor({ owner, member }: EndpointModel): SerializationOptions {
    const handler = Reflect.get(owner.prototype as object, member) as Handler
    return {
      ...this.defaultOptions,
      ...this.reflector.getAllAndOverride(SerializeOptions.key, [handler, owner]),
    }
  }

  /**
   * Makes a result plain.
   *
   * @param response the result, or one value of a stream
   * @param options in effect
   */
  serialize(response: unknown, options: SerializationOptions): unknown {
    if (typeof response !== 'object' || response === null || isOpaque(response)) return response
    if (Array.isArray(response)) return response.map((item) => this.transformToPlain(item, options))
    if (isAsyncIterable(response)) return eachOf(response, (item) => this.serialize(item, options))
    return this.transformToPlain(response, options)
  }

  /**
   * Makes one object plain.
   *
   * @param value primitives stay as they are
   * @param options in effect
   */
  transformToPlain(value: unknown, options: SerializationOptions): unknown {
    return typeof value === 'object' && value !== null ? toPlain(value, options) : value
  }

  /** What `@SerializeOptions` says for a call. */
  protected getContextOptions(context: ExecutionContext): SerializationOptions | undefined {
    return this.reflector.getAllAndOverride(SerializeOptions.key, [context.getHandler(), context.getClass()])
  }

  private optionsOf(context: ExecutionContext): SerializationOptions {
    const type = context.getClass()
    const handler = context.getHandler()
    let byHandler = this.known.get(type)
    if (byHandler === undefined) this.known.set(type, (byHandler = new WeakMap()))
    let options = byHandler.get(handler)
    if (options === undefined) {
      options = { ...this.defaultOptions, ...this.getContextOptions(context) }
      byHandler.set(handler, options)
    }
    return options
  }
}

/** What documents should know: one that is not built yet has no default options. */
function describeResults({ endpoint, instance }: EnhancerPlace): EnhancerNotes {
  if (instance instanceof ClassSerializerInterceptor) return { result: instance.optionsFor(endpoint) }
  const { metadata } = endpoint
  return { result: metadata.onMethod(SerializeOptions) ?? metadata.onClass(SerializeOptions) ?? {} }
}

function changed(result: unknown, change: (value: unknown) => unknown): unknown {
  if (isPromise(result)) return result.then((value) => changed(value, change))
  return isObservableLike(result) ? new MappedStream(result, change) : change(result)
}

/** True for what goes out as it is, and has no properties that a client should see. */
function isOpaque(value: object): boolean {
  return (
    value instanceof Uint8Array ||
    value instanceof StreamableFile ||
    value instanceof HttpResponse ||
    (value instanceof Readable && !value.readableObjectMode) ||
    // by its tag: naming the global `Response` would make Node load its whole Fetch implementation
    (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Response'
  )
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
}

async function* eachOf(source: AsyncIterable<unknown>, change: (value: unknown) => unknown): AsyncGenerator {
  for await (const value of source) yield change(value)
}
