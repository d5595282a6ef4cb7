import { Inject, UseGuards } from 'corbel'
import { CurrentUser, Public, type Principal } from 'corbel/auth'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
  type Server,
  type Socket,
} from 'corbel/websocket'
import { COOKIE } from '../accounts/token-cookie.js'
import { userOf, type User } from '../accounts/user.js'
import { History, type Said } from './history.js'
import { MessageRate } from './message-rate.js'
import { Join, Say, Typing } from './messages.dto.js'
import type { Room } from './rooms.js'

/** Somebody in a room: a user may be there more than once, in several windows. */
interface Presence {
  /** Of the connection. */
  readonly id: string
  readonly user: User
}

/** What the application knows of a connection. */
interface Known {
  user?: User
  room?: Room
}

/**
 * Rooms in which people talk. Who may connect is decided as for every other endpoint: by `AuthModule`. A connection ends with its
 * token.
 */
@WebSocketGateway({ path: '/chat', auth: { from: ['cookie', 'header'], name: COOKIE } })
export class ChatGateway {
  @WebSocketServer() readonly server: Server

  constructor(@Inject(History) private readonly history: History) {}

  handleConnection(@ConnectedSocket() client: Socket, @CurrentUser() user: Principal): void {
    known(client).user = userOf(user)
  }

  @UseGuards(MessageRate)
  @SubscribeMessage('join')
  async join(
    @ConnectedSocket() client: Socket,
    @MessageBody() { room }: Join,
  ): Promise<{ members: readonly Presence[]; messages: readonly Said[] }> {
    const me = known(client)
    if (me.room !== undefined && me.room !== room) this.leave(client, me.room)
    client.join(room)
    me.room = room
    client.to(room).emit('joined', { id: client.id, user: me.user } satisfies Partial<Presence>)
    const [members, messages] = await Promise.all([this.membersOf(room), this.history.of(room)])
    return { members, messages }
  }

  /** Who is there, in all processes: asked now and then, since a process that was killed tells nobody that its users have gone. */
  @UseGuards(MessageRate)
  @SubscribeMessage('who')
  who(@ConnectedSocket() client: Socket): Promise<readonly Presence[]> {
    return this.membersOf(roomOf(client))
  }

  @UseGuards(MessageRate)
  @SubscribeMessage('say')
  async say(@ConnectedSocket() client: Socket, @MessageBody() { id, text }: Say): Promise<Said> {
    const room = roomOf(client)
    const message: Said = { id, room, by: known(client).user!, text: text.trim(), at: Date.now() }
    if (await this.history.add(message)) this.server.to(room).emit('said', message)
    return message
  }

  @UseGuards(MessageRate)
  @SubscribeMessage('typing')
  typing(@ConnectedSocket() client: Socket, @MessageBody() { isTyping }: Typing): void {
    client.to(roomOf(client)).emit('typing', { id: client.id, user: known(client).user, isTyping })
  }

  // also for those whose token has expired meanwhile
  @Public()
  handleDisconnect(client: Socket): void {
    const { room } = known(client)
    if (room !== undefined) this.server.to(room).emit('left', { id: client.id })
  }

  private leave(client: Socket, room: Room): void {
    client.leave(room)
    this.server.to(room).emit('left', { id: client.id })
  }

  private async membersOf(room: Room): Promise<readonly Presence[]> {
    const sockets = await this.server.in(room).fetchSockets()
    return sockets.flatMap(({ id, data }) => {
      const { user } = data as Known
      return user === undefined ? [] : [{ id, user }]
    })
  }
}

function known(client: Socket): Known {
  return client.data
}

function roomOf(client: Socket): Room {
  const { room } = known(client)
  if (room === undefined) throw new WsException('Join a room first.')
  return room
}
