import { Transform } from 'class-transformer'
import { Max, Min } from 'class-validator'
import { IsWholeNumber } from './validation.js'

/** More articles are not sent at once, however many are asked for. */
const LARGEST_PAGE = 100

/** Which part of a list is wanted. */
export class Page {
  @Min(1)
  @IsWholeNumber()
  // transformations run from the top down: this one sees the number
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'number' ? Math.min(value, LARGEST_PAGE) : value,
  )
  limit: number = 20

  @Max(Number.MAX_SAFE_INTEGER)
  @IsWholeNumber()
  offset: number = 0
}
