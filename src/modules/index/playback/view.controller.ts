import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { REVALIDATE, type WholeResource } from '../../../platform/http/resource/resource.js';
import { sendResource } from '../../../platform/http/resource/send-resource.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { parseStreamName } from '../../signaling/ports/stream-name.js';
import { KEY_FRAMES_NAME } from '../../../media/manifests/hls.js';
import { contentTypeOf } from '../../storage/ports/content-type.js';
import { askedPlaces, type ManifestDocument, type ViewName } from '../manifests/manifest-document.js';
import { onStream } from '../../auth/ports/place.js';
import { PlaybackViewService } from './playback-view.service.js';
import { DocumentedView } from './documented-view.js';
import { selectionOf, viewQuery, writeViewQuery, type ViewQuery } from './view-query.js';

const DASH = 'application/dash+xml';
const HLS = 'application/vnd.apple.mpegurl';

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

/** Manifests of any time, made when they are asked for. GET answers HEAD too. */
@ApiTags('playback')
@Controller('play/:stream')
@Permission('playback', onStream('stream'))
export class ViewController {
  constructor(
    private readonly views: PlaybackViewService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get('manifest.mpd')
  @DocumentedView('DASH of a range of time, of a session, or of what is live', DASH)
  dash(
    @Param('stream') stream: string,
    @Query({ schema: viewQuery }) query: ViewQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.send('manifest.mpd', stream, query, { request, response });
  }

  @Get('index.m3u8')
  @DocumentedView('HLS of a range of time, of a session, or of what is live', HLS)
  hls(
    @Param('stream') stream: string,
    @Query({ schema: viewQuery }) query: ViewQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.send('index.m3u8', stream, query, { request, response });
  }

  @Get('video.m3u8')
  @DocumentedView('HLS media playlist of the pictures', HLS)
  hlsVideo(
    @Param('stream') stream: string,
    @Query({ schema: viewQuery }) query: ViewQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.send('video.m3u8', stream, query, { request, response });
  }

  @Get('audio.m3u8')
  @DocumentedView('HLS media playlist of the sound', HLS)
  hlsAudio(
    @Param('stream') stream: string,
    @Query({ schema: viewQuery }) query: ViewQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.send('audio.m3u8', stream, query, { request, response });
  }

  @Get('keyframes.m3u8')
  @DocumentedView('HLS playlist of the key frames alone', HLS)
  hlsKeyFrames(
    @Param('stream') stream: string,
    @Query({ schema: viewQuery }) query: ViewQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.send(KEY_FRAMES_NAME, stream, query, { request, response });
  }

  private async send(name: ViewName, stream: string, query: ViewQuery, { request, response }: Exchange): Promise<void> {
    const selection = selectionOf(query, this.config.playback.dvr_window_seconds);
    const asked = {
      name,
      query: writeViewQuery(query),
      places: askedPlaces(name, query.places),
      hasKeyFrames: query.keyframes === 'true',
    };
    await sendResource(request, response, async () =>
      resourceOf(name, await this.views.document(parseStreamName(stream), selection, asked)),
    );
  }
}

function resourceOf(name: ViewName, { body, sha256, modifiedAt }: ManifestDocument): WholeResource {
  const facts = { contentType: contentTypeOf(name), cacheControl: REVALIDATE, modifiedAt };
  return { etag: `"${sha256}"`, ...facts, make: () => body };
}
