import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MetricsAudience } from '../../platform/metrics/metrics-audience.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsService } from './accounts/accounts.service.js';
import { ConfiguredAccounts } from './accounts/configured-accounts.js';
import { KeptAccounts } from './accounts/kept-accounts.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { Account } from './entities/account.entity.js';
import { RevokedToken } from './entities/revoked-token.entity.js';
import { AccountResolver } from './graphql/account.resolver.js';
import { TokenResolver } from './graphql/token.resolver.js';
import { LoginDevices } from './login/login-devices.js';
import { LoginThrottle } from './login/login-throttle.js';
import { MetricsReaders } from './metrics-readers.js';
import { AccountNames } from './ports/account-names.js';
import { SelectedFields } from './selected-fields.js';
import { KeySetTokenStrategy } from './strategies/key-set-token.strategy.js';
import { SecretTokenStrategy } from './strategies/secret-token.strategy.js';
import { StaticTokenStrategy } from './strategies/static-token.strategy.js';
import { RevokedTokens } from './tokens/revoked-tokens.js';
import { SigningKey } from './tokens/signing-key.js';
import { TokensController } from './tokens.controller.js';
import { TokensService } from './tokens/tokens.service.js';
import { Withdrawals } from './tokens/withdrawals.js';

/** Who may. */
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([RevokedToken, Account])],
  controllers: [AuthController, AccountsController, TokensController],
  providers: [
    AuthService,
    SelectedFields,
    SigningKey,
    StaticTokenStrategy,
    SecretTokenStrategy,
    KeySetTokenStrategy,
    ConfiguredAccounts,
    KeptAccounts,
    AccountsService,
    { provide: AccountNames, useExisting: AccountsService },
    TokensService,
    RevokedTokens,
    Withdrawals,
    LoginDevices,
    { provide: LoginThrottle, useFactory: () => new LoginThrottle() },
    TokenResolver,
    AccountResolver,
    { provide: MetricsAudience, useClass: MetricsReaders },
  ],
  exports: [AuthService],
})
export class AuthModule {}
