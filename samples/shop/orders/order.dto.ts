import { Type } from 'class-transformer'
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator'

export class NewLine {
  @IsInt() @Min(1) product: number
  @IsInt() @Min(1) @Max(1000) quantity: number
}

/** An order as a customer sends it: prices are not theirs to name. */
export class NewOrder {
  @IsString() @Length(1, 100) customer: string
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => NewLine)
  lines: NewLine[]
}
