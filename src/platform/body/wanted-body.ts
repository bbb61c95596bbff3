import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';

/** The framework keeps a handler's parameters under keys of their kind and index: `3:0` is a `@Body()` that comes first. */
const BODY_KEY = `${String(RouteParamtypes.BODY)}:`;

type RouteArguments = Readonly<Record<string, { readonly schema?: unknown }>>;

/** @returns `json` for a handler with `@Body({ schema })`, `text` for one with a plain `@Body()`, undefined for one without */
export function wantedBody(controller: object, handlerName: string): 'text' | 'json' | undefined {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handlerName) as RouteArguments | undefined;
  const [, body] = Object.entries(parameters ?? {}).find(([key]) => key.startsWith(BODY_KEY)) ?? [];
  if (body === undefined) return undefined;
  return body.schema === undefined ? 'text' : 'json';
}
