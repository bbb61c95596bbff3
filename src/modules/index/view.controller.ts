import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { contentTypeOf } from '../storage/ports/content-type.js';
import { PreconditionFailedError } from './index.errors.js';
import { answerFor } from './ports/conditions.js';
import { lastModifiedMs } from './object-access/last-modified.js';
import { REVALIDATE } from './object-access/object-resource.js';
import type { ManifestDocument } from './manifests/manifest-document.js';
import type { ManifestName } from './object-names.js';
import { PlaybackViewService } from './playback-view.service.js';
import { DocumentedView } from './playback/documented-view.js';
import { selectionOf, viewQuery, writeViewQuery, type ViewQuery } from './playback/view-query.js';

const DASH = 'application/dash+xml';
const HLS = 'application/vnd.apple.mpegurl';

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

/** Manifests of any time, made when they are asked for. GET answers HEAD too. */
@ApiTags('playback')
@Controller('play/:stream')
@Permission('playback')
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

  private async send(
    name: ManifestName,
    stream: string,
    query: ViewQuery,
    { request, response }: Exchange,
  ): Promise<void> {
    const selection = selectionOf(query, this.config.playback.dvr_window_seconds);
    const document = await this.views.document(parseStreamName(stream), selection, name, writeViewQuery(query));
    const answer = answerOf(request, document);
    if (answer === 'precondition-failed') throw new PreconditionFailedError();
    setHeaders(response, name, document);
    if (answer === 'not-modified') response.status(304).end();
    else response.end(document.body);
  }
}

function answerOf(request: Request, { body, modifiedAt, sha256 }: ManifestDocument): string {
  const { type } = answerFor(
    {
      method: request.method,
      ifMatch: request.get('if-match'),
      ifNoneMatch: request.get('if-none-match'),
      ifModifiedSince: request.get('if-modified-since'),
      ifRange: undefined,
      range: undefined,
    },
    { etag: `"${sha256}"`, modifiedMs: modifiedAt?.getTime(), sizeBytes: body.length },
  );
  return type;
}

function setHeaders(response: Response, name: ManifestName, { body, sha256, modifiedAt }: ManifestDocument): void {
  response.setHeader('Cache-Control', REVALIDATE);
  response.setHeader('ETag', `"${sha256}"`);
  if (modifiedAt !== undefined) {
    response.setHeader('Last-Modified', new Date(lastModifiedMs(modifiedAt.getTime(), Date.now())).toUTCString());
  }
  response.setHeader('Content-Type', contentTypeOf(name));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Length', body.length);
}
