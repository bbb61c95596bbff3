import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Options,
  Param,
  Patch,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Permission, Public } from '../auth/ports/permission.decorator.js';
import { ContentTypeGuard } from './content-type.guard.js';
import { FRAGMENT_TYPE } from './media-types.js';
import type { StreamName } from './ports/stream-name.js';
import { StreamNamePipe } from './ports/stream-name.pipe.js';
import { SignalingService } from './signaling.service.js';

/** WHIP sessions (RFC 9725 sections 4.2 and 4.3). */
@ApiTags('whip')
@Controller('session/:stream/:session')
export class SessionController {
  constructor(private readonly signaling: SignalingService) {}

  @Patch()
  @Permission('publish')
  @UseGuards(new ContentTypeGuard(FRAGMENT_TYPE))
  @ApiOperation({ summary: 'Tell candidates, or restart ICE with `If-Match: *`' })
  @ApiConsumes(FRAGMENT_TYPE)
  @ApiBody({ schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'ICE was restarted: our side as a fragment, and a new `ETag`' })
  @ApiResponse({ status: 204, description: 'Candidates were taken' })
  @ApiResponse({ status: 404, description: '`session-not-found`' })
  @ApiResponse({ status: 412, description: '`entity-tag-mismatch`' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 428, description: '`ice-restart-condition-required`' })
  async patch(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Param('session') sessionId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() fragment: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const restarted = await this.signaling.patch(stream, sessionId, fragment ?? '', ifMatch);
    if (restarted === undefined) {
      response.status(204).end();
      return;
    }
    response.setHeader('Content-Type', FRAGMENT_TYPE);
    response.setHeader('ETag', restarted.entityTag);
    response.end(restarted.fragment);
  }

  @Delete()
  @Permission('publish')
  @HttpCode(204)
  @ApiOperation({ summary: 'Stop publishing; the recording ends at once' })
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 404, description: '`session-not-found`' })
  end(@Param('stream', StreamNamePipe) stream: StreamName, @Param('session') sessionId: string): Promise<void> {
    return this.signaling.unpublish(stream, sessionId);
  }

  @Get()
  @Permission('publish')
  @HttpCode(204)
  @ApiOperation({ summary: 'Nothing, as RFC 9725 wants it' })
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 404, description: '`session-not-found`' })
  touch(@Param('stream', StreamNamePipe) stream: StreamName, @Param('session') sessionId: string): void {
    this.signaling.session(stream, sessionId);
  }

  @Options()
  @Public()
  @HttpCode(204)
  @ApiOperation({ summary: 'What can be sent here' })
  @ApiResponse({ status: 204, description: '`Accept-Patch`' })
  describe(@Param('stream', StreamNamePipe) _stream: StreamName, @Res({ passthrough: true }) response: Response): void {
    response.setHeader('Allow', 'DELETE, GET, OPTIONS, PATCH');
    response.setHeader('Accept-Patch', FRAGMENT_TYPE);
  }
}
