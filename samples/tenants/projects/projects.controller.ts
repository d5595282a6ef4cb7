import { Body, Controller, Get, Post } from 'corbel'
import { InjectRepository, Tenants, Transactional } from 'corbel/database/typeorm'
import { ArrayMaxSize, ArrayMinSize, IsArray, Length } from 'class-validator'
import type { Repository } from 'typeorm'
import { Project } from './project.entity.js'

class NewProjects {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @Length(1, 100, { each: true })
  titles: string[]
}

/** Knows nothing of other companies: what is injected is the database of the one that asks. */
@Controller('projects')
export class ProjectsController {
  constructor(
    @InjectRepository(Project) private readonly projects: Repository<Project>,
    private readonly tenants: Tenants,
  ) {}

  @Get() async list(): Promise<{ company: string | undefined; projects: Project[] }> {
    const projects = await this.projects.find({ order: { id: 'ASC' } })
    return { company: this.tenants.current, projects }
  }

  @Post()
  @Transactional()
  async add(@Body() { titles }: NewProjects): Promise<Project[]> {
    const added: Project[] = []
    for (const title of titles) added.push(await this.projects.save({ title }))
    return added
  }
}
