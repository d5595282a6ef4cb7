import type { Application } from 'corbel'
import { Test } from 'corbel/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RolesGuard } from '../common/roles.guard.js'
import { CatsModule } from './cats.module.js'
import { CatMissing, CatsService } from './cats.service.js'

describe('CatsController', () => {
  const tom = { id: 1, name: 'Tom', age: 3, breed: 'Manx' }
  const service = { findAll: vi.fn(() => [tom]), find: vi.fn(() => tom), remove: vi.fn() }
  let app: Application

  beforeEach(async () => {
    vi.clearAllMocks()
    const module = await Test.createTestingModule({ imports: [CatsModule] })
      .overrideProvider(CatsService)
      .useValue(service)
      .overrideGuard(RolesGuard)
      .useValue({ canActivate: () => true })
      .compile()
    app = module.createApp()
  })

  afterEach(() => app.close())

  it('hands the trimmed breed to the service', async () => {
    const response = await app.inject('/cats?breed=%20Manx%20')
    expect(response.json()).toEqual([tom])
    expect(service.findAll).toHaveBeenCalledWith('Manx')
  })

  it('hands ids over as numbers', async () => {
    expect((await app.inject({ method: 'DELETE', url: '/cats/1' })).status).toBe(204)
    expect(service.remove).toHaveBeenCalledWith(1)
  })

  it('answers 404 for what the service misses', async () => {
    service.find.mockImplementationOnce(() => {
      throw new CatMissing(7)
    })
    const response = await app.inject('/cats/7')
    expect([response.status, response.json()]).toEqual([404, { missing: 7, message: 'There is no cat 7' }])
  })
})
