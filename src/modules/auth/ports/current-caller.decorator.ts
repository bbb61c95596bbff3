import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { callerIn } from './caller-in.js';

/** The caller, in a controller or a resolver. */
export const CurrentCaller = createParamDecorator((_nothing: unknown, context: ExecutionContext) => callerIn(context));
