import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, OPEN_CONTROLLERS, type OpenControllers } from './auth.guard.js';
import { AuthService } from './auth.service.js';

@Module({ providers: [AuthService], exports: [AuthService] })
export class AuthModule {
  /** Guards the whole server. @param openControllers those that everyone may call */
  static guarding(openControllers: OpenControllers): DynamicModule {
    return {
      module: AuthModule,
      providers: [
        { provide: OPEN_CONTROLLERS, useValue: openControllers },
        { provide: APP_GUARD, useClass: AuthGuard },
      ],
    };
  }
}
