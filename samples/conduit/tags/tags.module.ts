import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { Tag } from './tag.entity.js'
import { TagsController } from './tags.controller.js'
import { TagsService } from './tags.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Tag])],
  controllers: [TagsController],
  providers: [TagsService],
  exports: [TagsService],
})
export class TagsModule {}
