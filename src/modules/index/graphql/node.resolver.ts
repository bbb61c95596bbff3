import { Args, Context, ID, Query, Resolver } from '@nestjs/graphql';
import { connectionOf, PageArgs, type Connection } from '../../../platform/graphql/connection.js';
import type { OperationContext } from '../../../platform/graphql/operation-context.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../../auth/ports/place.js';
import { NodeListService } from '../node-list.service.js';
import { writeCursor } from '../queries/page-cursor.js';
import { aliasCursor, readAfter } from './cursors.js';
import { IndexLoaders } from './index-loaders.js';
import { NodeConnection, NodeType } from './node.type.js';

@Resolver(() => NodeType)
@Permission('playback', ON_SERVER)
export class NodeResolver {
  constructor(
    private readonly nodes: NodeListService,
    private readonly loaders: IndexLoaders,
  ) {}

  @Query(() => NodeConnection, { name: 'nodes', description: 'The servers that run or ran.' })
  async list(@Args() { first, after }: PageArgs): Promise<Connection<NodeType>> {
    const page = await this.nodes.page(first, readAfter(aliasCursor, after));
    return connectionOf(page, { cursor: ({ alias }) => writeCursor([alias]), node: (row) => new NodeType(row) }, after);
  }

  @Query(() => NodeType, { name: 'node', nullable: true })
  async find(
    @Args('id', { type: () => ID }) id: string,
    @Context() context: OperationContext,
  ): Promise<NodeType | null> {
    const row = await this.loaders.of(context).node.load(id);
    return row === undefined ? null : new NodeType(row);
  }
}
