/** A cat of the shelter. */
export interface Cat {
  readonly id: number
  name: string
  age: number
  breed: string
}
