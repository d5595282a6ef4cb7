import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator'

/** All that clients may write of a product. */
export class NewProduct {
  @IsString() @Length(1, 100) name: string
  @IsInt() @Min(0) @Max(100_000_000) price: number
  @IsOptional() @IsInt() @Min(0) @Max(1_000_000) stock?: number
  @IsOptional() @IsString() @Length(1, 40) category?: string
}
