import { METHODS } from 'node:http';
import type { Application } from 'express';

/** The part of a layer of Express' router that tells what it answers. */
interface RouterLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/**
 * @param path of a request that no route took
 * @returns the methods that this path has, in capitals and sorted; none for an unknown path
 */
export function methodsOfPath(application: Application, path: string): string[] {
  const layers = application.router.stack as unknown as readonly RouterLayer[];
  const methods = layers.flatMap((layer) =>
    layer.route !== undefined && matches(layer, path) ? methodsOf(layer.route) : [],
  );
  return [...new Set(methods)].sort();
}

/** Middleware hangs on routes for all methods, which answer nothing themselves. */
function methodsOf({ methods }: NonNullable<RouterLayer['route']>): string[] {
  const names = Object.keys(methods).map((method) => method.toUpperCase());
  if (METHODS.every((method) => names.includes(method))) return [];
  return names.includes('GET') ? [...names, 'HEAD'] : names;
}

/** A path whose percent-encoding is broken matches nothing. */
function matches(layer: RouterLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
