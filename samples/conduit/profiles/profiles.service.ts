import { Injectable, NotFoundException } from 'corbel'
import { InjectRepository } from 'corbel/database/typeorm'
import { In, type Repository } from 'typeorm'
import type { User } from '../users/user.entity.js'
import { UsersService } from '../users/users.service.js'
import { Follow } from './follow.entity.js'
import type { ProfileView } from './profile.dto.js'

/** Users as others see them, and who follows whom. */
@Injectable()
export class ProfilesService {
  constructor(
    @InjectRepository(Follow) private readonly follows: Repository<Follow>,
    private readonly users: UsersService,
  ) {}

  async show(username: string, viewer?: User): Promise<ProfileView> {
    const user = await this.userNamed(username)
    const followed = await this.followedAmong([user.id], viewer)
    return this.view(user, followed)
  }

  async follow(username: string, follower: User): Promise<ProfileView> {
    const user = await this.userNamed(username)
    const follow = { followerId: follower.id, followedId: user.id }
    await this.follows.createQueryBuilder().insert().values(follow).orIgnore().execute()
    return this.view(user, new Set([user.id]))
  }

  async unfollow(username: string, follower: User): Promise<ProfileView> {
    const user = await this.userNamed(username)
    await this.follows.delete({ followerId: follower.id, followedId: user.id })
    return this.view(user, new Set())
  }

  /**
   * Which of some users the viewer follows, in one query however many they are.
   *
   * @param ids of the users
   * @param viewer nobody follows nobody
   */
  async followedAmong(ids: readonly number[], viewer?: User): Promise<ReadonlySet<number>> {
    if (viewer === undefined || ids.length === 0) return new Set()
    const found = await this.follows.findBy({ followerId: viewer.id, followedId: In([...new Set(ids)]) })
    return new Set(found.map(({ followedId }) => followedId))
  }

  view({ id, username, bio, image }: User, followed: ReadonlySet<number>): ProfileView {
    return { username, bio, image, following: followed.has(id) }
  }

  private async userNamed(username: string): Promise<User> {
    const user = await this.users.findByName(username)
    if (user === null) throw new NotFoundException('profile not found')
    return user
  }
}
