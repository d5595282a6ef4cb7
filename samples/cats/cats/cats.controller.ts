import {
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
  UseFilters,
  UseGuards,
  UseInterceptors,
} from 'corbel'
import { Roles, RolesGuard } from '../common/roles.guard.js'
import { TimingInterceptor } from '../common/timing.interceptor.js'
import { TrimPipe } from '../common/trim.pipe.js'
import { CatMissingFilter } from './cat-missing.filter.js'
import type { Cat } from './cat.js'
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
  findAll(@Query('breed', TrimPipe) breed?: string): Cat[] {
    return this.cats.findAll(breed)
  }

  @Get(':id')
  find(@Param('id', ParseIntPipe) id: number): Cat {
    return this.cats.find(id)
  }

  @Post()
  @Roles(['keeper'])
  create(@Body() cat: CreateCat): Cat {
    return this.cats.create(cat)
  }

  @Patch(':id')
  @Roles(['keeper'])
  update(@Param('id', ParseIntPipe) id: number, @Body() changes: UpdateCat): Cat {
    return this.cats.update(id, changes)
  }

  @Delete(':id')
  @HttpCode(204)
  @Roles(['keeper'])
  remove(@Param('id', ParseIntPipe) id: number): void {
    this.cats.remove(id)
  }
}
