import { IsBoolean, IsIn, IsString, IsUUID, Length, Matches } from 'class-validator'
import { ROOMS, type Room } from './rooms.js'

/** `join`: enters a room, and leaves the one before. */
export class Join {
  @IsIn(ROOMS) room: Room
}

/** `say`: something to everybody in the room. */
export class Say {
  /** Made by the client: the same message that is sent again is said once. */
  @IsUUID() id: string
  @IsString()
  @Length(1, 1000)
  @Matches(/\S/, { message: 'text may not be empty' })
  text: string
}

/** `typing`: for the others to see. */
export class Typing {
  @IsBoolean() isTyping: boolean
}
