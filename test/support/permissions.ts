import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, MODULE_METADATA, PATH_METADATA } from '@nestjs/common/internal';
import {
  RESOLVER_NAME_METADATA,
  RESOLVER_PROPERTY_METADATA,
  RESOLVER_TYPE_METADATA,
} from '@nestjs/graphql/dist/graphql.constants.js';
import { loadConfig, type AppConfig } from '../../src/config/index.js';
import { OPEN_CONTROLLERS, type OpenControllers } from '../../src/modules/auth/auth.guard.js';
import { ACCESS_METADATA, type Access } from '../../src/modules/auth/ports/permission.decorator.js';

type Class = abstract new (...args: never[]) => object;

interface Provider {
  readonly provide: unknown;
  readonly useFactory?: (config: AppConfig) => unknown;
}

/** A route or a GraphQL field that is resolved by a handler, and who may call it; undefined where nobody has said. */
export interface Call {
  /** `GET /api/streams/{stream}`, `Query.streams`. */
  readonly name: string;
  readonly access: Access | undefined;
}

/** Every route and every resolver of a module and of those it imports, by the decorators that the guard reads. */
export function callsOf(module: Class): { readonly routes: Call[]; readonly fields: Call[] } {
  const modules = modulesUnder(module, new Set());
  const providers = modules.flatMap((each) => listed(each, MODULE_METADATA.PROVIDERS)) as (Class | Provider)[];
  const open = providers.flatMap((provider) =>
    typeof provider !== 'function' && provider.provide === OPEN_CONTROLLERS
      ? (provider.useFactory?.(loadConfig({ env: {}, cwd: '/nowhere' }).config) as OpenControllers)
      : [],
  );
  const controllers = modules.flatMap((each) => listed(each, MODULE_METADATA.CONTROLLERS)) as Class[];
  const resolvers = providers.filter((provider): provider is Class => typeof provider === 'function');
  return {
    routes: [...new Set([...controllers, ...open])]
      .flatMap((each) =>
        routesOf(
          each,
          open.some((it) => it === each),
        ),
      )
      .sort(byName),
    fields: [...new Set(resolvers)].flatMap(fieldsOf).sort(byName),
  };
}

function modulesUnder(module: Class, seen: Set<Class>): Class[] {
  if (seen.has(module)) return [];
  seen.add(module);
  const imports = listed(module, MODULE_METADATA.IMPORTS).filter((each) => typeof each === 'function');
  return [module, ...imports.flatMap((each) => modulesUnder(each as Class, seen))];
}

function listed(module: Class, key: string): readonly unknown[] {
  return (Reflect.getMetadata(key, module) as readonly unknown[] | undefined) ?? [];
}

function routesOf(controller: Class, isOpen: boolean): Call[] {
  return handlersOf(controller).flatMap((handler) => {
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const access = isOpen ? 'public' : accessOf(controller, handler);
    return pathsOf(controller).flatMap((base) =>
      pathsOf(handler).map((path) => {
        const parts = [base, path].filter((part) => part !== '').join('/');
        return { name: `${RequestMethod[method]} /${parts.replace(/[:*](\w+)/g, '{$1}')}`, access };
      }),
    );
  });
}

/** Without slashes at their ends. */
function pathsOf(place: object): string[] {
  const paths = Reflect.getMetadata(PATH_METADATA, place) as string | readonly string[];
  return [paths].flat().map((path) => path.replace(/^\/+|\/+$/g, ''));
}

function fieldsOf(resolver: Class): Call[] {
  return handlersOf(resolver).flatMap((handler) => {
    const type = Reflect.getMetadata(RESOLVER_TYPE_METADATA, handler) as string | undefined;
    const isField = Reflect.hasMetadata(RESOLVER_PROPERTY_METADATA, handler);
    if (type === undefined && !isField) return [];
    const name = (Reflect.getMetadata(RESOLVER_NAME_METADATA, handler) as string | undefined) ?? handler.name;
    const parent = isField ? (Reflect.getMetadata(RESOLVER_NAME_METADATA, resolver) as string) : type;
    return [{ name: `${parent ?? ''}.${name}`, access: accessOf(resolver, handler) }];
  });
}

function accessOf(owner: Class, handler: object): Access | undefined {
  const said = [handler, owner].map((place) => Reflect.getMetadata(ACCESS_METADATA, place) as Access | undefined);
  return said.find((access) => access !== undefined);
}

function handlersOf(owner: Class): { readonly name: string }[] {
  const members = Object.values(Object.getOwnPropertyDescriptors(owner.prototype)) as PropertyDescriptor[];
  const values = members.map(({ value }): unknown => value).filter((value) => value !== owner);
  return values.filter((value): value is { readonly name: string } => typeof value === 'function');
}

function byName(a: Call, b: Call): number {
  return a.name < b.name ? -1 : 1;
}
