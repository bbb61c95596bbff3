import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { loadConfig } from '../../config/index.js';
import { TokenMissingError } from './auth.errors.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { Permission, Public } from './ports/permission.decorator.js';

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
    switchToHttp: () => ({ getRequest: () => ({ headers: { authorization } }) }),
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
});
