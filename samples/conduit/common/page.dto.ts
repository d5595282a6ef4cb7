import { Transform, Type } from 'class-transformer'
import { IsInt, Max, Min } from 'class-validator'

/** More articles are not sent at once, however many are asked for. */
const LARGEST_PAGE = 100

/** Which part of a list is wanted. */
export class Page {
  @Transform(({ value }) => (value > LARGEST_PAGE ? LARGEST_PAGE : value))
  @Type(() => Number)
  @IsInt()
  @Min(1)
  limit: number = 20

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset: number = 0
}
