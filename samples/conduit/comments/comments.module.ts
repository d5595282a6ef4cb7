import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { ArticlesModule } from '../articles/articles.module.js'
import { ProfilesModule } from '../profiles/profiles.module.js'
import { Comment } from './comment.entity.js'
import { CommentsController } from './comments.controller.js'
import { CommentsService } from './comments.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Comment]), ArticlesModule, ProfilesModule],
  controllers: [CommentsController],
  providers: [CommentsService],
  exports: [CommentsService],
})
export class CommentsModule {}
