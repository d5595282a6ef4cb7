import { IsIn, IsInt, IsOptional, Length, Matches, Max, Min } from 'class-validator'

/** What may be said of a train. */
export const STATES = ['on time', 'boarding', 'delayed', 'cancelled'] as const

/** What the station staff enters. */
export class Announcement {
  /** `IC 712` */
  @Matches(/^[A-Z]{1,3} \d{1,5}$/, { message: 'a train is written like IC 712' })
  train: string

  @Length(2, 40)
  destination: string

  /** `14:05` */
  @Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { message: 'a time is written like 14:05' })
  time: string

  @IsInt()
  @Min(1)
  @Max(40)
  platform: number

  @IsIn(STATES)
  @IsOptional()
  state: (typeof STATES)[number] = 'on time'
}

/** A line of the board. */
export interface Departure extends Announcement {
  /** Counts all changes of the board: the id of the event that tells it. */
  readonly change: number
}
