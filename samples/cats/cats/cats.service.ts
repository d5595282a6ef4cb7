import { Injectable } from 'corbel'
import type { Cat } from './cat.js'
import type { CreateCat, UpdateCat } from './cats.dto.js'

/** A cat that is not there. The filter beside it turns it into an answer. */
export class CatMissing extends Error {
  constructor(readonly id: number) {
    super(`There is no cat ${id}`)
  }
}

/** The cats, in memory. */
@Injectable()
export class CatsService {
  private readonly cats = new Map<number, Cat>()
  private lastId = 0

  findAll(breed?: string): Cat[] {
    return [...this.cats.values()].filter((cat) => breed === undefined || cat.breed === breed)
  }

  find(id: number): Cat {
    const cat = this.cats.get(id)
    if (cat === undefined) throw new CatMissing(id)
    return cat
  }

  create(input: CreateCat): Cat {
    const { name, age, breed } = input
    const cat = { id: ++this.lastId, name, age, breed }
    this.cats.set(cat.id, cat)
    return cat
  }

  update(id: number, changes: UpdateCat): Cat {
    return Object.assign(this.find(id), changes)
  }

  remove(id: number): void {
    this.find(id)
    this.cats.delete(id)
  }
}
