import {
  ApiNotFoundResponse,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  Query,
  Returns,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from 'corbel'
import { Roles, RolesGuard } from '../common/roles.guard.js'
import { TimingInterceptor } from '../common/timing.interceptor.js'
import { TrimPipe } from '../common/trim.pipe.js'
import { CatMissingBody, CatMissingFilter } from './cat-missing.filter.js'
import { Cat } from './cat.js'
import { CreateCat, UpdateCat } from './cats.dto.js'
import { CatsService } from './cats.service.js'

/** The cats over HTTP: anyone may look, only keepers may change. */
@Controller('cats')
@UseGuards(RolesGuard)
@UseInterceptors(TimingInterceptor)
@UseFilters(CatMissingFilter)
export class CatsController {
  constructor(private readonly cats: CatsService) {}

  @Get()
  @Returns([Cat])
  findAll(@Query('breed', TrimPipe) breed?: string): Cat[] {
    return this.cats.findAll(breed)
  }

  @Get(':id')
  @ApiNotFoundResponse({ type: CatMissingBody })
  find(@Param('id', ParseIntPipe) id: number): Cat {
    return this.cats.find(id)
  }

  @Post()
  @Roles(['keeper'])
  create(@Body() cat: CreateCat): Cat {
    return this.cats.create(cat)
  }

  @Patch(':id')
  @ApiNotFoundResponse({ type: CatMissingBody })
  @Roles(['keeper'])
  update(@Param('id', ParseIntPipe) id: number, @Body() changes: UpdateCat): Cat {
    return this.cats.update(id, changes)
  }

  @Delete(':id')
  @ApiNotFoundResponse({ type: CatMissingBody })
  @HttpCode(204)
  @Roles(['keeper'])
  remove(@Param('id', ParseIntPipe) id: number): void {
    this.cats.remove(id)
  }
}
