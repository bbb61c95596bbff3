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
  type FragmentDefinitionNode,
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
    const wanted = (this.wanted ??= this.read());
    return [...fieldsUnder(info)].flatMap((field) => wanted.get(field) ?? []);
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

/** What is selected of a type. */
interface Selected {
  readonly set: SelectionSetNode | undefined;
  readonly type: GraphQLNamedType | undefined;
}

/**
 * The document is valid: its fragments are there. What a fragment selects is of the type that the fragment names, wherever it
 * is spread: each is walked once, and the work is no more than the document is long.
 *
 * @returns each as `Type.field`
 */
function fieldsUnder(info: GraphQLResolveInfo): ReadonlySet<string> {
  const fields = new Set<string>();
  const walked = new Set<FragmentDefinitionNode>();
  const returned = getNamedType(info.returnType);
  const open = info.fieldNodes.map(({ selectionSet: set }): Selected => ({ set, type: returned }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { set, type } = next;
    for (const selection of set?.selections ?? []) {
      if (isLeftOut(selection, info)) continue;
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        for (const owner of typesOf(type, info)) fields.add(`${owner}.${name}`);
        const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
        open.push({ set: selection.selectionSet, type: field && getNamedType(field.type) });
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION) {
        if (walked.has(fragment)) continue;
        walked.add(fragment);
      }
      const condition = fragment?.typeCondition && typeFromAST(info.schema, fragment.typeCondition);
      open.push({ set: fragment?.selectionSet, type: condition ?? type });
    }
  }
  return fields;
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
