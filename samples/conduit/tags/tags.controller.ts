import { ApiProperty, Controller, Get, Returns } from 'corbel'
import { Public } from 'corbel/auth'
import { TagsService } from './tags.service.js'

/** All tags, the most used first. */
class TagsResponse {
  @ApiProperty({ type: [String] })
  readonly tags: string[]
}

@Controller('tags')
export class TagsController {
  constructor(private readonly tags: TagsService) {}

  @Public()
  @Get()
  @Returns(TagsResponse)
  async list(): Promise<TagsResponse> {
    return { tags: await this.tags.list() }
  }
}
