import type { Member } from './member.js'

/** Which rooms, and whom of them. */
export interface Audience {
  /** Empty for everybody. */
  readonly rooms: readonly string[]
  /** Rooms, and ids of members, that are left out. */
  readonly except: readonly string[]
}

const NOBODY: ReadonlySet<Member> = new Set()

/** Who is in which room of one process. A room is there as long as somebody is in it. */
export class Rooms {
  private readonly members = new Map<string, Set<Member>>()
  private readonly all = new Map<string, Member>()

  /** Everybody, by id. */
  get sockets(): ReadonlyMap<string, Member> {
    return this.all
  }

  /** The rooms, with who is in them. */
  get rooms(): ReadonlyMap<string, ReadonlySet<Member>> {
    return this.members
  }

  add(member: Member): void {
    this.all.set(member.id, member)
  }

  remove(member: Member): void {
    for (const room of member.rooms) this.leave(member, room)
    this.all.delete(member.id)
  }

  join(member: Member, room: string): void {
    const known = this.members.get(room)
    if (known === undefined) this.members.set(room, new Set([member]))
    else known.add(member)
    member.rooms.add(room)
  }

  leave(member: Member, room: string): void {
    const known = this.members.get(room)
    known?.delete(member)
    if (known?.size === 0) this.members.delete(room)
    member.rooms.delete(room)
  }

  /** Calls back once for each member of an audience. The call must not let anybody into rooms. */
  each(audience: Audience, call: (member: Member) => void): void {
    const { except } = audience
    if (except.length === 0) {
      for (const member of this.of(audience)) call(member)
      return
    }
    for (const member of this.of(audience)) if (!isExcepted(member, except)) call(member)
  }

  /** The members of an audience, as they are now: what is done to them may change who is in a room. */
  list(audience: Audience): readonly Member[] {
    const found: Member[] = []
    this.each(audience, (member) => void found.push(member))
    return found
  }

  /** How many there are in an audience. */
  count(audience: Audience): number {
    const { rooms, except } = audience
    if (except.length === 0 && rooms.length === 0) return this.all.size
    if (except.length === 0 && rooms.length === 1 && !this.all.has(rooms[0]!))
      return (this.members.get(rooms[0]!) ?? NOBODY).size
    let count = 0
    this.each(audience, () => void count++)
    return count
  }

  /** Whether there may be somebody of an audience: much cheaper than to look. */
  mayHave({ rooms }: Audience): boolean {
    if (rooms.length === 0) return this.all.size > 0
    for (const room of rooms) if (this.members.has(room) || this.all.has(room)) return true
    return false
  }

  /** Everybody once; those that are left out, too. */
  private of({ rooms }: Audience): Iterable<Member> {
    if (rooms.length === 0) return this.all.values()
    if (rooms.length > 1) return new Set(rooms.flatMap((room) => [...this.in(room)]))
    return this.in(rooms[0]!)
  }

  /** Everybody is in a room of his own as well, which has his id. */
  private in(room: string): Iterable<Member> {
    const own = this.all.get(room)
    const members = this.members.get(room) ?? NOBODY
    if (own === undefined) return members
    return members.size === 0 ? [own] : new Set([own, ...members])
  }
}

function isExcepted(member: Member, except: readonly string[]): boolean {
  for (const one of except) if (one === member.id || member.rooms.has(one)) return true
  return false
}
