import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { USUAL_PER_PAGE, MOST_PER_PAGE } from './page-size.js';

/** Relay's "Cursor Connections Specification", forward only. */
@ObjectType({ description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean)
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether the page was asked for by `after`.' })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true, description: '`after` of the next page.' })
  readonly endCursor!: string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: USUAL_PER_PAGE, description: `How many: 1 to ${MOST_PER_PAGE}.` })
  readonly first!: number;

  @Field(() => String, { nullable: true, description: 'A cursor of the list: what comes behind it.' })
  readonly after?: string | null;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly pageInfo: PageInfo;
}

/** Makes the connection type of a node type: `RecordingConnection` with `RecordingEdge`s. */
export function connectionTypeOf<T>(node: Type<T>, name: string): Type<Connection<T>> {
  @ObjectType(`${name}Edge`)
  class EdgeType implements Edge<T> {
    @Field(() => String)
    readonly cursor!: string;

    @Field(() => node)
    readonly node!: T;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType implements Connection<T> {
    @Field(() => [EdgeType])
    readonly edges!: EdgeType[];

    @Field(() => PageInfo)
    readonly pageInfo!: PageInfo;
  }
  return ConnectionType;
}

/** Rows of a page that may have more behind it. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** How a row becomes an edge. */
export interface EdgeMaker<Row, T> {
  readonly cursor: (row: Row) => string;
  readonly node: (row: Row) => T;
}

export function connectionOf<Row, T>(
  { rows, hasMore }: Page<Row>,
  { cursor, node }: EdgeMaker<Row, T>,
  after: string | null | undefined,
): Connection<T> {
  const edges = rows.map((row) => ({ cursor: cursor(row), node: node(row) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: typeof after === 'string',
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
