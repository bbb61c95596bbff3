import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { nameText } from '../../../platform/input/fields.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { NodeDto } from '../dto/node.dto.js';
import { NodeListService } from '../node-list.service.js';
import { ON_SERVER } from '../../auth/ports/place.js';

/** Far above the servers of any fleet. */
const MOST_NODES = 1000;

@ApiTags('nodes')
@Controller('api/v1/nodes')
@Permission('playback', ON_SERVER)
export class NodeController {
  constructor(private readonly nodes: NodeListService) {}

  @Get()
  @ApiOperation({ summary: 'The servers that run or ran, by alias' })
  @ApiOkResponse({ type: [NodeDto] })
  async list(): Promise<NodeDto[]> {
    const { rows } = await this.nodes.page(MOST_NODES);
    return rows.map((row) => new NodeDto(row));
  }

  @Get(':alias')
  @ApiOperation({ summary: 'One server' })
  @ApiParam({ name: 'alias', description: 'Of the node, as in the list' })
  @ApiOkResponse({ type: NodeDto })
  @ApiResponse({ status: 404, description: '`node-not-found`' })
  async show(@Param('alias', { schema: nameText }) alias: string): Promise<NodeDto> {
    return new NodeDto(await this.nodes.details(alias));
  }
}
