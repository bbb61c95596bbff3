import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import type { Caller } from '../auth/ports/caller.js';
import { CurrentCaller } from '../auth/ports/current-caller.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_CONTENT } from '../auth/ports/place.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { PlaybackUrlsDto, WantedUrlsDto, wantedUrls, type WantedUrlsInput } from './dto/playback-urls.dto.js';
import { PlaybackUrlsService } from './playback-urls.service.js';

@ApiTags('playback')
@Controller('api/v1/playback-urls')
export class PlaybackUrlsController {
  constructor(private readonly urls: PlaybackUrlsService) {}

  @Post()
  @HttpCode(200)
  @Permission('playback', ON_CONTENT)
  @Audited('playback-url-created')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'URLs that play a stream, a session or a range without credentials, for a time' })
  @ApiBody({ type: WantedUrlsDto })
  @ApiOkResponse({ type: PlaybackUrlsDto })
  @ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`, `stream-name-invalid`' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 404, description: '`recording-session-not-found`' })
  async create(
    @Body({ schema: wantedUrls }) input: WantedUrlsInput,
    @CurrentCaller() caller: Caller,
  ): Promise<PlaybackUrlsDto> {
    const { session, from, to, expiresInSeconds: ttlSeconds } = input;
    const stream = parseStreamName(input.stream);
    caller.require('playback', stream);
    return new PlaybackUrlsDto(
      await this.urls.sign({ stream, selection: { session, from, to }, ttlSeconds, maker: caller }),
    );
  }
}
