import { IsInt } from 'class-validator'
import { CreateCat } from './cats.dto.js'

/** A cat of the shelter. */
export class Cat extends CreateCat {
  @IsInt() readonly id: number
}
