import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector, type ModuleRef } from '@nestjs/core';
import { PermissionDeniedError, TokenMissingError } from './auth.errors.js';
import { AuthGuard } from './auth.guard.js';
import type { AuthService } from './auth.service.js';
import { Caller } from './ports/caller.js';
import { Permission, Public, SignedIn } from './ports/permission.decorator.js';
import { ON_CONTENT, ON_SERVER, onStream, onStreamOf } from './ports/place.js';
import { rightsOfMode } from './ports/right.js';
import { StreamOwner } from './ports/stream-owner.js';
import { StreamScope } from './ports/stream-scope.js';

class SessionsOfCam extends StreamOwner {
  streamOf(id: string): Promise<string | undefined> {
    return Promise.resolve({ s1: 'cam', s2: 'door' }[id]);
  }
}

@Permission('playback', onStream('stream'))
class Doors {
  ofStream(): string {
    return 'done';
  }

  @Permission(['record', 'watch'], onStream('stream'))
  either(): string {
    return 'done';
  }

  @Permission('playback', ON_SERVER)
  list(): string {
    return 'done';
  }

  @Permission('playback', onStreamOf(SessionsOfCam, 'id'))
  ofSession(): string {
    return 'done';
  }

  @Permission('playback', ON_CONTENT)
  filtered(): string {
    return 'done';
  }

  @Permission('playback', onStream('input.stream'))
  nested(): string {
    return 'done';
  }

  @SignedIn()
  anything(): string {
    return 'done';
  }

  @Public()
  open(): string {
    return 'done';
  }
}

class Unsaid {
  closed(): string {
    return 'done';
  }
}

class Health {
  live(): string {
    return 'done';
  }
}

const callers: Readonly<Record<string, Caller>> = {
  'watches cam': new Caller('jwt', 'cam', new StreamScope('cam'), rightsOfMode(4)),
  'watches all': new Caller('jwt', '*', new StreamScope('*'), rightsOfMode(4)),
  'sends cam': new Caller('jwt', 'cam', new StreamScope('cam'), rightsOfMode(2)),
  'controls c*': new Caller('jwt', 'c*', new StreamScope('c*'), rightsOfMode(1)),
  'controls all': new Caller('jwt', '*', new StreamScope('*'), rightsOfMode(1)),
};

const auth: Pick<AuthService, 'callerOf'> = {
  callerOf: (authorization = '') => {
    const caller = callers[authorization];
    return caller === undefined ? Promise.reject(new TokenMissingError()) : Promise.resolve(caller);
  },
};
const modules = { get: () => new SessionsOfCam() } as unknown as ModuleRef;
const guard = new AuthGuard(auth as AuthService, new Reflector(), modules, [Health]);

type Parameters = Readonly<Record<string, unknown>>;

/** As the framework calls it for a route. */
function call<T extends object>(
  controller: new () => T,
  handler: keyof T,
  authorization?: string,
  params: Parameters = {},
): Promise<true> {
  const context = {
    getClass: () => controller,
    getHandler: () => (controller.prototype as T)[handler],
    getType: () => 'http',
    switchToHttp: () => ({ getRequest: () => ({ headers: { authorization }, params }) }),
  };
  return guard.canActivate(context as unknown as ExecutionContext);
}

/** The place of a field that changes nothing. */
const QUERY = { operation: { operation: 'query' }, path: { prev: undefined } };

/** As the framework calls it for a field of an operation. */
function resolve(handler: keyof Doors, caller: string, args: Parameters = {}): Promise<true> {
  const context = {
    getClass: () => Doors,
    getHandler: () => Doors.prototype[handler],
    getType: () => 'graphql',
    getArgByIndex: (index: number) => [undefined, args, { caller: callers[caller] }, QUERY][index],
  };
  return guard.canActivate(context as unknown as ExecutionContext);
}

describe('AuthGuard', () => {
  it('lets everyone call what is public, and the controllers that were named to it', async () => {
    expect(await call(Doors, 'open')).toBe(true);
    expect(await call(Health, 'live')).toBe(true);
  });

  it('wants the administrator of the server where nothing is said', async () => {
    await expect(call(Unsaid, 'closed')).rejects.toThrow(TokenMissingError);
    await expect(call(Unsaid, 'closed', 'controls c*')).rejects.toThrow(PermissionDeniedError);
    expect(await call(Unsaid, 'closed', 'controls all')).toBe(true);
  });

  it.each<[keyof Doors, string, Parameters]>([
    ['ofStream', 'watches cam', { stream: 'cam' }],
    ['ofStream', 'watches all', { stream: 'door' }],
    ['either', 'watches cam', { stream: 'cam' }],
    ['either', 'controls c*', { stream: 'cam' }],
    ['list', 'watches all', {}],
    ['ofSession', 'watches cam', { id: 's1' }],
    ['ofSession', 'watches all', { id: 'nowhere' }],
    ['filtered', 'watches cam', {}],
    ['nested', 'watches cam', { input: { stream: 'cam' } }],
    ['anything', 'sends cam', {}],
  ])('opens %s to whoever %s: %j', async (handler, caller, given) => {
    expect(await call(Doors, handler, caller, given)).toBe(true);
    expect(await resolve(handler, caller, given)).toBe(true);
  });

  it.each<[keyof Doors, string, Parameters]>([
    ['ofStream', 'watches cam', { stream: 'door' }],
    ['ofStream', 'watches cam', {}],
    ['ofStream', 'sends cam', { stream: 'cam' }],
    ['ofStream', 'controls all', { stream: 'cam' }],
    ['either', 'sends cam', { stream: 'cam' }],
    ['list', 'watches cam', {}],
    ['ofSession', 'watches cam', { id: 's2' }],
    ['ofSession', 'watches cam', { id: 'nowhere' }],
    ['filtered', 'sends cam', {}],
    ['nested', 'watches cam', { input: { stream: 'door' } }],
    ['nested', 'watches cam', { input: null }],
  ])('keeps %s from whoever %s: %j', async (handler, caller, given) => {
    await expect(call(Doors, handler, caller, given)).rejects.toThrow(PermissionDeniedError);
    await expect(resolve(handler, caller, given)).rejects.toThrow(PermissionDeniedError);
  });
});
