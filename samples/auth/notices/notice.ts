/** Something on the board. */
export class Notice {
  constructor(
    readonly id: string,
    readonly authorId: string,
    readonly author: string,
    readonly text: string,
    readonly at: Date,
  ) {}
}
