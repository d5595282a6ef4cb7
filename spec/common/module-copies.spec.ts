import { copyOfModule } from '../../lib/common/index.js'
import * as shared from '../../lib/validation/accept-in-order.js'

type Module = typeof shared

describe('copyOfModule', () => {
  it('gives functions that are others at each time', async () => {
    const copies = await Promise.all([1, 2].map(() => copyOfModule<Module>(shared.url, 'accept-in-order')))
    expect(new Set([shared, ...copies].map((one) => one?.createFill)).size).toBe(3)
    expect(copies[0]!.createFill.toString()).toBe(shared.createFill.toString())
  })

  it('never loads what is not the module itself: in a bundle, that would start the application again', async () => {
    expect(await copyOfModule('file:///app/bundle.js', 'accept-in-order')).toBeUndefined()
  })

  it('gives nothing where it cannot be loaded', async () => {
    expect(await copyOfModule('file:///nowhere/accept-in-order.js', 'accept-in-order')).toBeUndefined()
  })

  it('gives nothing where it is turned off', async () => {
    process.env['CORBEL_MODULE_COPIES'] = '0'
    try {
      expect(await copyOfModule(shared.url, 'accept-in-order')).toBeUndefined()
    } finally {
      delete process.env['CORBEL_MODULE_COPIES']
    }
  })
})
