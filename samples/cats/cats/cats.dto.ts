import { PartialType } from 'corbel'
import { IsInt, Length, Max, Min } from 'class-validator'

/** What is needed to take a cat in. */
export class CreateCat {
  @Length(1, 40) name: string
  @IsInt() @Min(0) @Max(40) age: number
  @Length(1, 40) breed: string
}

/** What may change about it. */
export class UpdateCat extends PartialType(CreateCat) {}
