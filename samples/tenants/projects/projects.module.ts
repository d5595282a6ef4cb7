import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { Project } from './project.entity.js'
import { ProjectsController } from './projects.controller.js'

@Module({ imports: [TypeOrmModule.forFeature([Project])], controllers: [ProjectsController] })
export class ProjectsModule {}
