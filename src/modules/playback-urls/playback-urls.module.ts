import { Module, type NestModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { IndexModule } from '../index/index.module.js';
import { SigningKeyRow } from './entities/signing-key.entity.js';
import { PlaybackUrlsResolver } from './graphql/playback-urls.resolver.js';
import { PlaybackUrlsController } from './playback-urls.controller.js';
import { PlaybackUrlsService } from './playback-urls.service.js';
import { SignedRequests } from './signed-requests.js';

/** Playback without headers. */
@Module({
  imports: [TypeOrmModule.forFeature([SigningKeyRow]), IndexModule, AuditModule, AuthModule],
  controllers: [PlaybackUrlsController],
  providers: [PlaybackUrlsService, SignedRequests, PlaybackUrlsResolver],
  exports: [PlaybackUrlsService],
})
export class PlaybackUrlsModule implements NestModule {
  constructor(private readonly requests: SignedRequests) {}

  /** The framework asks for middleware before it makes the routes. */
  configure(): void {
    this.requests.listen();
  }
}
