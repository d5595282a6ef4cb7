import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { UsersModule } from '../users/users.module.js'
import { Follow } from './follow.entity.js'
import { ProfilesController } from './profiles.controller.js'
import { ProfilesService } from './profiles.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Follow]), UsersModule],
  controllers: [ProfilesController],
  providers: [ProfilesService],
  exports: [ProfilesService],
})
export class ProfilesModule {}
