import { Controller, Get } from 'corbel'
import { Public } from 'corbel/auth'
import { TagsService } from './tags.service.js'

@Controller('tags')
export class TagsController {
  constructor(private readonly tags: TagsService) {}

  @Public()
  @Get()
  async list(): Promise<{ tags: string[] }> {
    return { tags: await this.tags.list() }
  }
}
