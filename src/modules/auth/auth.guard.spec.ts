import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { loadConfig } from '../../config/index.js';
import { PermissionDeniedError, TokenMissingError } from './auth.errors.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { Permission, Public, SignedIn } from './ports/permission.decorator.js';
import type { Right } from './ports/right.js';

@Public()
class OpenDoors {
  open(): string {
    return 'open';
  }

  @Permission('admin')
  closed(): string {
    return 'closed';
  }
}

class Doors {
  closed(): string {
    return 'closed';
  }

  @Public()
  open(): string {
    return 'open';
  }
}

class Health {
  live(): string {
    return 'ok';
  }
}

const { config } = loadConfig({ env: { AIRCHECK_AUTH_TOKENS: 'a-good-token' }, cwd: '/nowhere' });
const guard = new AuthGuard(new AuthService(config), new Reflector(), [Health]);

function call<T extends new () => object>(
  controller: T,
  handler: keyof InstanceType<T>,
  authorization?: string,
): boolean {
  const context = {
    getClass: () => controller,
    getHandler: () => (controller.prototype as InstanceType<T>)[handler],
    getType: () => 'http',
    switchToHttp: () => ({ getRequest: () => ({ headers: { authorization } }) }),
  };
  return guard.canActivate(context as unknown as ExecutionContext);
}

class Resolvers {
  @Permission('playback')
  recordings(): string {
    return 'recordings';
  }

  @SignedIn()
  anything(): string {
    return 'anything';
  }

  unsaid(): string {
    return 'unsaid';
  }
}

/** As the framework calls it for a field of an operation whose bearer has these rights. */
function resolve(handler: keyof Resolvers, rights: readonly Right[]): boolean {
  const context = {
    getClass: () => Resolvers,
    getHandler: () => Resolvers.prototype[handler],
    getType: () => 'graphql',
    getArgByIndex: (index: number) => [undefined, {}, { rights }][index],
  };
  return guard.canActivate(context as unknown as ExecutionContext);
}

describe('AuthGuard', () => {
  it('wants a token where nothing is said', () => {
    expect(() => call(Doors, 'closed')).toThrow(TokenMissingError);
    expect(call(Doors, 'closed', 'Bearer a-good-token')).toBe(true);
  });

  it('lets everyone call what is public, and the controllers that were named to it', () => {
    expect(call(Doors, 'open')).toBe(true);
    expect(call(OpenDoors, 'open')).toBe(true);
    expect(call(Health, 'live')).toBe(true);
  });

  it('takes the word of a handler before that of its controller', () => {
    expect(() => call(OpenDoors, 'closed')).toThrow(TokenMissingError);
  });

  it('judges each resolver by the rights that its operation came with', () => {
    expect(resolve('recordings', ['playback'])).toBe(true);
    expect(resolve('anything', ['watch'])).toBe(true);
    expect(() => resolve('recordings', ['watch'])).toThrow(PermissionDeniedError);
    expect(() => resolve('unsaid', ['watch', 'record', 'playback', 'publish'])).toThrow(PermissionDeniedError);
  });
});
