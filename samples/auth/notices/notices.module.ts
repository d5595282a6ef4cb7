import { Module } from 'corbel'
import { NoticePolicy } from './notice.policy.js'
import { NoticesController } from './notices.controller.js'
import { Notices } from './notices.js'

@Module({ controllers: [NoticesController], providers: [Notices, NoticePolicy] })
export class NoticesModule {}
