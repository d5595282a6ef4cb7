import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { locateFunctions } from '../../lib/common/source-location.js'

class Plain {}

class WithConstructor {
  constructor(readonly value: number) {}

  method(): number {
    return this.value
  }
}

const HERE = 'spec/common/source-location.spec.ts'

describe('the place of a class', () => {
  it('is its file and line (of the constructor, if there is one), also for methods', () => {
    expect(locateFunctions([Plain, WithConstructor, WithConstructor.prototype.method])).toEqual([
      `${HERE}:5`,
      `${HERE}:8`,
      `${HERE}:10`,
    ])
  })

  it('is unknown for what is not written in a file', () => {
    expect(locateFunctions([Array, 1, undefined, {}, parseInt.bind(null)])).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
  })

  it('is unknown in a runtime without an inspector', () => {
    const getBuiltinModule = process.getBuiltinModule
    process.getBuiltinModule = undefined as never
    try {
      expect(locateFunctions([Plain])).toEqual([undefined])
    } finally {
      process.getBuiltinModule = getBuiltinModule
    }
  })

  it('leaves no global and no debugger behind', () => {
    const before = Object.getOwnPropertyNames(globalThis)
    locateFunctions([Plain])
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before)
  })

  it('is found in a process of its own, through the source map of the loader', () => {
    const script = fileURLToPath(new URL('./fixtures/locate.ts', import.meta.url))
    const output = execFileSync(process.execPath, ['--import', '@oxc-node/core/register', script], {
      encoding: 'utf8',
    })
    expect(output.trim()).toBe('spec/common/fixtures/locate.ts:11')
  })
})
