import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { IceService } from './ice.service.js';

@Module({ imports: [AuthModule], providers: [IceService], exports: [IceService] })
export class IceModule {}
