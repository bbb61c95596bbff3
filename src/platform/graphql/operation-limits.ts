import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { InputInvalidError } from '../body/body.errors.js';
import {
  GraphqlTooDeepError,
  GraphqlTooManyAliasesError,
  GraphqlTooManyObjectsError,
  GraphqlTooManyOperationsError,
  PageSizeInvalidError,
} from './graphql.errors.js';
import { MOST_PER_PAGE, USUAL_PER_PAGE } from './page-size.js';

export interface OperationLimits {
  /** Levels of fields, one in another. */
  readonly depth: number;
  readonly aliases: number;
  /** Entries of pages, those in other pages multiplied. */
  readonly objects: number;
}

interface CheckedOperation {
  readonly schema: GraphQLSchema;
  /** Valid by the schema: its fragments come to an end. */
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What a selection asks for, with all that its fragments stand for. */
interface Weight {
  readonly depth: number;
  readonly aliases: number;
  readonly objects: number;
}

/** Levels of lists and objects in variables, one in another: no argument has so many. */
const DEEPEST_VARIABLES = 64;

const NOTHING: Weight = { depth: 0, aliases: 0, objects: 0 };

/**
 * Holds an operation against the limits before anything of it is executed. Fields of the schema itself count nothing: the
 * standard has limits of its own for them.
 *
 * @throws {GraphqlTooManyOperationsError | GraphqlTooDeepError | GraphqlTooManyAliasesError | GraphqlTooManyObjectsError}
 * @throws {PageSizeInvalidError}
 * @throws {InputInvalidError} for text that no database takes, and for variables that are nested too deep
 */
export function checkOperation({ schema, document, variables }: CheckedOperation, limits: OperationLimits): void {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operation === undefined || operations.length > 1) throw new GraphqlTooManyOperationsError();
  checkVariables(variables);
  for (const literal of literalsOf(document)) checkText(literal);
  const { depth, aliases, objects } = new Scale(schema, document, variables).weigh(operation);
  if (depth > limits.depth) throw new GraphqlTooDeepError(limits.depth);
  if (aliases > limits.aliases) throw new GraphqlTooManyAliasesError(limits.aliases);
  if (objects > limits.objects) throw new GraphqlTooManyObjectsError(limits.objects);
}

/** Level by level: what JSON may nest is deeper than the stack. @throws {InputInvalidError} */
function checkVariables(variables: Readonly<Record<string, unknown>>): void {
  let level: readonly unknown[] = Object.values(variables);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST_VARIABLES) {
      throw new InputInvalidError([`Variables are nested deeper than ${DEEPEST_VARIABLES} levels`]);
    }
    for (const value of level) if (typeof value === 'string') checkText(value);
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

/** @throws {InputInvalidError} for U+0000, which no database takes */
function checkText(text: string): void {
  if (text.includes('\0')) throw new InputInvalidError(['Text has U+0000']);
}

function literalsOf(document: DocumentNode): string[] {
  const literals: string[] = [];
  visit(document, { StringValue: ({ value }) => void literals.push(value) });
  return literals;
}

class Scale {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  /** A fragment is weighed once, however often it is spread. */
  private readonly weights = new Map<string, Weight>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  weigh({ operation, selectionSet }: OperationDefinitionNode): Weight {
    return this.ofSelection(selectionSet, this.schema.getRootType(operation) ?? undefined);
  }

  private ofSelection({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): Weight {
    let sum = NOTHING;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) sum = together(sum, this.ofField(selection, type));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) sum = together(sum, this.ofFragment(selection.name.value));
      else {
        const condition = selection.typeCondition && this.schema.getType(selection.typeCondition.name.value);
        sum = together(sum, this.ofSelection(selection.selectionSet, condition ?? type));
      }
    }
    return sum;
  }

  private ofFragment(name: string): Weight {
    const known = this.weights.get(name);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    if (fragment === undefined) return NOTHING;
    const { selectionSet, typeCondition } = fragment;
    const weight = this.ofSelection(selectionSet, this.schema.getType(typeCondition.name.value));
    this.weights.set(name, weight);
    return weight;
  }

  private ofField(field: FieldNode, parent: GraphQLNamedType | undefined): Weight {
    const aliases = field.alias === undefined ? 0 : 1;
    if (field.name.value.startsWith('__')) return { ...NOTHING, aliases };
    const definition = fieldOf(parent, field.name.value);
    const type = definition && getNamedType(definition.type);
    const inside =
      field.selectionSet === undefined || !isCompositeType(type) ? NOTHING : this.ofSelection(field.selectionSet, type);
    const pageSize = definition === undefined ? undefined : this.pageSizeOf(field, definition);
    return {
      depth: inside.depth + 1,
      aliases: inside.aliases + aliases,
      objects: pageSize === undefined ? inside.objects : pageSize * (1 + inside.objects),
    };
  }

  /** @returns undefined for a field that has no pages */
  private pageSizeOf(field: FieldNode, { args }: GraphQLField<unknown, unknown>): number | undefined {
    if (!args.some(({ name }) => name === 'first')) return undefined;
    const value = field.arguments?.find(({ name }) => name.value === 'first')?.value;
    const size =
      value?.kind === Kind.INT
        ? Number(value.value)
        : value?.kind === Kind.VARIABLE
          ? this.variables[value.name.value]
          : undefined;
    if (size === undefined || size === null) return USUAL_PER_PAGE;
    if (typeof size !== 'number' || size < 1 || size > MOST_PER_PAGE) throw new PageSizeInvalidError(MOST_PER_PAGE);
    return size;
  }
}

function fieldOf(parent: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

function together(one: Weight, other: Weight): Weight {
  return {
    depth: Math.max(one.depth, other.depth),
    aliases: one.aliases + other.aliases,
    objects: one.objects + other.objects,
  };
}
