/** Walks the methods of classes. */
export class MetadataScanner {
  /**
   * The methods of a prototype and of those that it inherits from, each name once, the nearest first.
   *
   * @param prototype where to begin; accessors and the constructor are left out
   */
  getAllMethodNames(prototype: object | null): string[] {
    const names = new Set<string>()
    for (
      let one = prototype;
      one !== null && one !== Object.prototype;
      one = Object.getPrototypeOf(one) as object | null
    ) {
      for (const name of Object.getOwnPropertyNames(one)) {
        const isMethod = typeof Object.getOwnPropertyDescriptor(one, name)!.value === 'function'
        if (name !== 'constructor' && isMethod) names.add(name)
      }
    }
    return [...names]
  }

  /**
   * Calls back for each method and collects what is returned.
   *
   * @param _instance ignored; there for callers that pass it
   * @param prototype whose methods
   * @param callback results other than undefined and null are kept
   */
  scanFromPrototype<R>(
    _instance: object,
    prototype: object,
    callback: (name: string) => R,
  ): NonNullable<R>[] {
    return this.getAllMethodNames(prototype)
      .map(callback)
      .filter(
        (result): result is NonNullable<Awaited<R>> & NonNullable<R> =>
          result !== undefined && result !== null,
      )
  }
}
