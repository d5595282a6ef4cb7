import { execFileSync } from 'node:child_process'
import { Type } from 'class-transformer'
import { sharesStorage, transformerMetadata } from '../../lib/validation/transformer-metadata.js'

describe("class-transformer's storage", () => {
  it('is the one that the decorators write to, under vitest', () => {
    class Child {}
    class Parent {
      @Type(() => Child)
      child: Child
    }
    expect(sharesStorage).toBe(true)
    expect(transformerMetadata.findTypeMetadata(Parent, 'child').typeFunction()).toBe(Child)
  })

  it('is the one that the decorators write to, in plain Node ES modules', () => {
    const script = `
      import 'reflect-metadata'
      import { Type } from 'class-transformer'
      import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js'
      class Child {}
      class Parent {}
      Type(() => Child)(Parent.prototype, 'child')
      console.log(defaultMetadataStorage.findTypeMetadata(Parent, 'child')?.typeFunction() === Child)
    `
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    })
    expect(printed.trim()).toBe('true')
  })
})
