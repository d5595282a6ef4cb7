import { Controller, createApp, Get, Injectable, Module, Post } from 'corbel'
import { afterCommit, InjectRepository, Transactional, TypeOrmModule } from 'corbel/database/typeorm'
import { Column, Entity, PrimaryGeneratedColumn, Repository } from 'typeorm'

// #region entity
@Entity()
class Stone {
  @PrimaryGeneratedColumn() id: number
  @Column('text') name: string
  @Column('integer', { default: 0 }) weight: number
}
// #endregion

@Injectable()
class Carters {
  readonly sent: string[] = []
  send(names: readonly string[]): void {
    this.sent.push(...names)
  }
}

// #region service
@Injectable()
class Quarry {
  constructor(
    @InjectRepository(Stone) private readonly stones: Repository<Stone>,
    private readonly carters: Carters,
  ) {}

  all(): Promise<Stone[]> {
    return this.stones.find({ order: { id: 'ASC' } })
  }

  // all of it or nothing; injected repositories take part by themselves, those of other services, too
  @Transactional()
  async deliver(names: readonly string[]): Promise<number> {
    for (const name of names) await this.stones.save({ name })
    // not before the stones are really there
    await afterCommit(() => this.carters.send(names))
    return this.stones.count()
  }
}
// #endregion

@Controller('stones')
class StonesController {
  constructor(private readonly quarry: Quarry) {}
  @Get() all(): Promise<Stone[]> {
    return this.quarry.all()
  }
  @Post() deliver(): Promise<number> {
    return this.quarry.deliver(['granite', 'marble'])
  }
}

// #region module
@Module({
  imports: [TypeOrmModule.forFeature([Stone])],
  controllers: [StonesController],
  providers: [Quarry, Carters],
})
class StonesModule {}

@Module({
  imports: [TypeOrmModule.forRoot({ database: ':memory:', synchronize: true }), StonesModule],
})
class AppModule {}
// #endregion

describe('docs/database.md', () => {
  it('stores and finds', async () => {
    const app = await createApp(AppModule, { logger: false })
    const posts = await Promise.all([1, 2, 3].map(() => app.inject({ method: 'POST', url: '/stones' })))
    expect(posts.map(({ status }) => status)).toEqual([201, 201, 201])
    expect((await app.inject('/stones')).json()).toHaveLength(6)
    expect(app.get(Carters).sent).toHaveLength(6)
    await app.close()
  })
})
