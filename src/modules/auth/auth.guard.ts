import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { OperationTypeNode } from 'graphql';
import { clientOf } from '../../platform/http/client-address.js';
import { infoOf, isResolverCall } from '../../platform/graphql/resolver-call.js';
import { PermissionDeniedError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { callerIn, findCaller, rememberCaller } from './ports/caller-in.js';
import type { Caller } from './ports/caller.js';
import type { CredentialKeeper } from './ports/credential.js';
import { ENDS_OWN_METADATA, type OwnThing } from './ports/ends-own.decorator.js';
import { parameterOf } from './ports/parameter-of.js';
import { statedAccess, type Access, type WantedRight } from './ports/permission.decorator.js';
import { ON_SERVER } from './ports/place.js';
import { SelectedFields } from './selected-fields.js';

/** Injects the controllers that everyone may call, for those that cannot say so themselves. */
export const OPEN_CONTROLLERS = Symbol('OPEN_CONTROLLERS');

export type OpenControllers = readonly (new (...args: never[]) => object)[];

/** What nobody has said anything about. */
const UNSAID: WantedRight = { rights: ['admin'], on: ON_SERVER };

/**
 * Judges every request before its body is read, and each field of a GraphQL operation: whose the credentials are, and whether
 * that one has the right which the handler wants on what the call is about.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly auth: AuthService,
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    @Inject(OPEN_CONTROLLERS) private readonly openControllers: OpenControllers,
  ) {}

  /** @throws {TokenMissingError | TokenInvalidError | PermissionDeniedError} */
  async canActivate(context: ExecutionContext): Promise<true> {
    const access = this.accessOf(context);
    if (access === 'public') return true;
    const caller = await this.caller(context);
    if (access !== 'signed-in' && !(await this.isAllowed(caller, access, context))) {
      throw new PermissionDeniedError(access.rights);
    }
    this.judgeSelected(caller, context);
    return true;
  }

  /** A deed is done before what was selected of its outcome is resolved, and judged: of a mutation that is judged before. */
  private judgeSelected(caller: Caller, context: ExecutionContext): void {
    if (!isResolverCall(context)) return;
    const info = infoOf(context);
    if (info.operation.operation !== OperationTypeNode.MUTATION || info.path.prev !== undefined) return;
    for (const { rights, on } of this.modules.get(SelectedFields, { strict: false }).under(info)) {
      const isAllowed = on.by === 'server' ? caller.mayOnAll(rights) : caller.mayOnSome(rights);
      if (!isAllowed) throw new PermissionDeniedError(rights);
    }
  }

  /** The credentials of a GraphQL operation were judged when its request or its connection came, those of a signed URL before. */
  private async caller(context: ExecutionContext): Promise<Caller> {
    if (isResolverCall(context)) return callerIn(context);
    const known = findCaller(context);
    if (known !== undefined) return known;
    const request = context.switchToHttp().getRequest<Request>();
    const { authorization } = request.headers;
    const own = this.ownCaller(context, authorization);
    const caller = own ?? (await this.auth.callerOf(authorization, () => clientOf(request)));
    rememberCaller(request, caller);
    return caller;
  }

  /** Whoever began what a route ends, also when the time of the credentials is over: who says goodbye is not kept waiting for one. */
  private ownCaller(context: ExecutionContext, authorization: string | undefined): Caller | undefined {
    const own = this.reflector.get<OwnThing | undefined>(ENDS_OWN_METADATA, context.getHandler());
    if (own === undefined) return undefined;
    const keeper = this.modules.get<CredentialKeeper>(own.keeper, { strict: false });
    const credential = keeper.credentialOf(parameterOf(context, own.parameter));
    if (credential?.isShownBy(authorization) !== true || this.auth.isWithdrawn(credential)) return undefined;
    return credential.bearer.caller;
  }

  /** What is nowhere is nobody's: for it, too, the right on all streams is wanted, so that nothing tells which ids there are. */
  private async isAllowed(caller: Caller, { rights, on }: WantedRight, context: ExecutionContext): Promise<boolean> {
    if (caller.mayOnAll(rights)) return true;
    if (on.by === 'server' || !caller.mayOnSome(rights)) return false;
    if (on.by === 'content') return true;
    const named = parameterOf(context, on.parameter);
    const stream = on.by === 'stream' ? named : await this.modules.get(on.owner, { strict: false }).streamOf(named);
    return stream !== undefined && caller.may(rights, stream);
  }

  private accessOf(context: ExecutionContext): Access {
    if (this.openControllers.includes(context.getClass())) return 'public';
    return statedAccess(this.reflector, context) ?? UNSAID;
  }
}
