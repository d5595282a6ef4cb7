import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { Setting } from './setting.entity.js'
import { SettingsService } from './settings.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Setting])],
  providers: [SettingsService],
  exports: [SettingsService],
})
export class SettingsModule {}
