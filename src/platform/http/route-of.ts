import type { Request } from 'express';

/** @returns the route's pattern, `/api/streams/:stream`; undefined for files and for what is not there */
export function routeOf(request: Request): string | undefined {
  const { route } = request as { readonly route?: { readonly path?: unknown } };
  return typeof route?.path === 'string' ? route.path : undefined;
}
