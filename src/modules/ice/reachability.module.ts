import { Module } from '@nestjs/common';
import { SignalingModule } from '../signaling/signaling.module.js';
import { ReachabilityController } from './reachability.controller.js';
import { ReachabilityService } from './reachability.service.js';

/** Apart from `IceModule`, which signaling needs itself. */
@Module({ imports: [SignalingModule], controllers: [ReachabilityController], providers: [ReachabilityService] })
export class ReachabilityModule {}
