import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { RESOLVER_NAME_METADATA, RESOLVER_PROPERTY_METADATA } from '@nestjs/graphql';
import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  typeFromAST,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { ACCESS_METADATA, type WantedRight } from './ports/permission.decorator.js';

type Handler = (...args: never[]) => unknown;

/** Which rights the fields want that an operation selects of what one of its fields gives. */
@Injectable()
export class SelectedFields {
  /** By `Type.field`; made when it is asked for first, as all resolvers are there then. */
  private wanted: ReadonlyMap<string, WantedRight> | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @returns what fields under this one want, at whatever depth; what directives leave out is not asked for */
  under(info: GraphQLResolveInfo): readonly WantedRight[] {
    const fields = new Set<string>();
    const type = getNamedType(info.returnType);
    for (const { selectionSet } of info.fieldNodes) collect(selectionSet, type, info, fields);
    const wanted = (this.wanted ??= this.read());
    return [...fields].flatMap((field) => wanted.get(field) ?? []);
  }

  private read(): ReadonlyMap<string, WantedRight> {
    const wanted = new Map<string, WantedRight>();
    for (const { instance, metatype } of this.discovery.getProviders()) {
      if (typeof metatype !== 'function' || typeof instance !== 'object' || instance === null) continue;
      const type = this.reflector.get<string | undefined>(RESOLVER_NAME_METADATA, metatype);
      if (type === undefined) continue;
      const prototype = Object.getPrototypeOf(instance) as Readonly<Record<string, Handler>>;
      for (const method of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[method];
        if (handler === undefined || !Reflect.hasMetadata(RESOLVER_PROPERTY_METADATA, handler)) continue;
        const access = this.reflector.getAllAndOverride<WantedRight | undefined>(ACCESS_METADATA, [handler, metatype]);
        const field = this.reflector.get<string | undefined>(RESOLVER_NAME_METADATA, handler) ?? method;
        if (access?.rights !== undefined) wanted.set(`${type}.${field}`, access);
      }
    }
    return wanted;
  }
}

/** The document is valid: its fragments are there and come to an end. */
function collect(
  set: SelectionSetNode | undefined,
  type: GraphQLNamedType | undefined,
  info: GraphQLResolveInfo,
  into: Set<string>,
): void {
  for (const selection of set?.selections ?? []) {
    if (isLeftOut(selection, info)) continue;
    if (selection.kind === Kind.FIELD) {
      const name = selection.name.value;
      for (const owner of typesOf(type, info)) into.add(`${owner}.${name}`);
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
      collect(selection.selectionSet, field && getNamedType(field.type), info, into);
      continue;
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
    const condition = fragment?.typeCondition && typeFromAST(info.schema, fragment.typeCondition);
    collect(fragment?.selectionSet, condition ?? type, info, into);
  }
}

function typesOf(type: GraphQLNamedType | undefined, { schema }: GraphQLResolveInfo): readonly string[] {
  if (!isCompositeType(type)) return [];
  return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
}

function isLeftOut(node: SelectionNode, { variableValues }: GraphQLResolveInfo): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variableValues);
  return skip?.['if'] === true || include?.['if'] === false;
}
