import { Module } from '@nestjs/common';
import { AuthService } from './auth.service.js';
import { SecretTokenStrategy } from './strategies/secret-token.strategy.js';
import { StaticTokenStrategy } from './strategies/static-token.strategy.js';
import { SigningKey } from './tokens/signing-key.js';

@Module({
  providers: [AuthService, SigningKey, StaticTokenStrategy, SecretTokenStrategy],
  exports: [AuthService],
})
export class AuthModule {}
