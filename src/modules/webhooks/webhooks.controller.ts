import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DocumentedPage } from '../../platform/openapi/documented-page.js';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../auth/ports/place.js';
import { WebhookDeliveryPageDto } from './dto/webhook-delivery.dto.js';
import {
  deliveryQuery,
  MOST_DELIVERIES,
  NewTargetInput,
  newTargetInput,
  USUAL_DELIVERIES,
  type DeliveryQuery,
} from './dto/webhook-input.js';
import { WebhookTargetDto } from './dto/webhook-target.dto.js';
import { WebhooksService } from './webhooks.service.js';

/** Who is told by HTTP what happens, and what became of it. */
@ApiTags('webhooks')
@Controller('api/v1/webhooks')
@Permission('admin', ON_SERVER)
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get()
  @ApiOperation({ summary: 'All targets, those of the configuration first' })
  @ApiOkResponse({ type: [WebhookTargetDto] })
  async list(): Promise<WebhookTargetDto[]> {
    return (await this.webhooks.parts.targets.list()).map((target) => new WebhookTargetDto(target));
  }

  @Post()
  @Audited('webhook-created', { madeMember: 'id' })
  @ApiOperation({ summary: 'Have somebody told what happens from now on' })
  @ApiBody({ type: NewTargetInput })
  @ApiResponse({ status: 201, type: WebhookTargetDto })
  @ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`' })
  @ApiResponse({ status: 409, description: '`webhook-targets-full`' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  async create(@Body({ schema: newTargetInput }) input: NewTargetInput): Promise<WebhookTargetDto> {
    return new WebhookTargetDto(await this.webhooks.parts.targets.create(input));
  }

  @Delete(':id')
  @Audited('webhook-deleted')
  @HttpCode(204)
  @ApiOperation({ summary: 'Tell a target nothing more, and forget what it was told' })
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 404, description: '`webhook-target-not-found`' })
  @ApiResponse({ status: 409, description: '`webhook-target-configured`' })
  async delete(@Param('id') id: string): Promise<void> {
    await this.webhooks.parts.targets.delete(id);
  }

  @Get('deliveries')
  @ApiOperation({ summary: 'What targets were told, or are to be told, newest first' })
  @ApiQuery({ name: 'target', required: false, description: 'Only this one' })
  @ApiQuery({ name: 'state', required: false, enum: ['pending', 'delivered', 'failed'] })
  @ApiQuery({ name: 'event', required: false, description: 'Only this type', example: 'recording.completed' })
  @ApiQuery({ name: 'stream', required: false, description: 'Only of this stream', example: 'cam' })
  @DocumentedPage(MOST_DELIVERIES, USUAL_DELIVERIES)
  @ApiOkResponse({ type: WebhookDeliveryPageDto })
  async deliveries(
    @Query({ schema: deliveryQuery }) { target, ...query }: DeliveryQuery,
  ): Promise<WebhookDeliveryPageDto> {
    return new WebhookDeliveryPageDto(await this.webhooks.parts.log.list({ targetId: target, ...query }));
  }

  @Post('deliveries/:id/redeliver')
  @HttpCode(202)
  @ApiOperation({ summary: 'Tell it once more, under the same event id' })
  @ApiResponse({ status: 202, description: 'It is told as soon as the target takes it' })
  @ApiResponse({ status: 404, description: '`webhook-delivery-not-found`' })
  async redeliver(@Param('id') id: string): Promise<void> {
    await this.webhooks.parts.log.deliverAgain(id);
  }
}
