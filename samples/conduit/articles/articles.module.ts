import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { ProfilesModule } from '../profiles/profiles.module.js'
import { TagsModule } from '../tags/tags.module.js'
import { ArticleViews } from './article-views.js'
import { Article } from './article.entity.js'
import { ArticlesController } from './articles.controller.js'
import { ArticlesService } from './articles.service.js'
import { Favorite } from './favorite.entity.js'
import { FavoritesController } from './favorites.controller.js'
import { FavoritesService } from './favorites.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Article, Favorite]), ProfilesModule, TagsModule],
  controllers: [ArticlesController, FavoritesController],
  providers: [ArticlesService, ArticleViews, FavoritesService],
  exports: [ArticlesService, FavoritesService],
})
export class ArticlesModule {}
