import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsService } from './accounts/accounts.service.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { RevokedToken } from './entities/revoked-token.entity.js';
import { TokenResolver } from './graphql/token.resolver.js';
import { LoginThrottle } from './login/login-throttle.js';
import { SelectedFields } from './selected-fields.js';
import { KeySetTokenStrategy } from './strategies/key-set-token.strategy.js';
import { SecretTokenStrategy } from './strategies/secret-token.strategy.js';
import { StaticTokenStrategy } from './strategies/static-token.strategy.js';
import { RevokedTokens } from './tokens/revoked-tokens.js';
import { SigningKey } from './tokens/signing-key.js';
import { TokensService } from './tokens/tokens.service.js';

/** Who may. */
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([RevokedToken])],
  controllers: [AuthController],
  providers: [
    AuthService,
    SelectedFields,
    SigningKey,
    StaticTokenStrategy,
    SecretTokenStrategy,
    KeySetTokenStrategy,
    AccountsService,
    TokensService,
    RevokedTokens,
    { provide: LoginThrottle, useFactory: () => new LoginThrottle() },
    TokenResolver,
  ],
  exports: [AuthService],
})
export class AuthModule {}
