import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Permission } from '../auth/ports/permission.decorator.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { answerFor } from './ports/conditions.js';
import { IMMUTABLE } from './object-access/object-resource.js';
import { DocumentedPicture } from './thumbnails/documented-picture.js';
import type { RecordedPicture } from './thumbnails/find-picture.js';
import { pictureQuery, type PictureQuery } from './thumbnails/picture-query.js';
import { ThumbnailService } from './thumbnails/thumbnail.service.js';

@ApiTags('playback')
@Controller('api/v1/streams/:stream')
@Permission('playback')
export class ThumbnailController {
  constructor(private readonly thumbnails: ThumbnailService) {}

  @Get('thumbnail')
  @DocumentedPicture('A small picture of what is shown at an instant', 'image/jpeg')
  async thumbnail(
    @Param('stream') stream: string,
    @Query({ schema: pictureQuery }) { at }: PictureQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const picture = await this.thumbnails.find(parseStreamName(stream), at.getTime());
    if (isKnown(request, response, picture)) return;
    send(response, picture, 'image/jpeg', await this.thumbnails.thumbnail(picture));
  }

  @Get('keyframe')
  @DocumentedPicture('The key frame that is shown at an instant, as an MP4 of one picture', 'video/mp4')
  async keyFrame(
    @Param('stream') stream: string,
    @Query({ schema: pictureQuery }) { at }: PictureQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const picture = await this.thumbnails.find(parseStreamName(stream), at.getTime());
    if (isKnown(request, response, picture)) return;
    const contentType = `video/mp4; codecs="${picture.track.codecString}"`;
    send(response, picture, contentType, await this.thumbnails.keyFrame(picture));
  }
}

/** Nothing is made for whoever has it already. @returns whether that is so, and answered */
function isKnown(request: Request, response: Response, picture: RecordedPicture): boolean {
  response.setHeader('Cache-Control', 'no-store');
  const conditions = { ifMatch: undefined, ifModifiedSince: undefined, ifRange: undefined, range: undefined };
  const asked = { method: request.method, ifNoneMatch: request.get('if-none-match'), ...conditions };
  const answer = answerFor(asked, { etag: etagOf(picture), modifiedMs: undefined, sizeBytes: 0 });
  if (answer.type !== 'not-modified') return false;
  setValidators(response, picture);
  response.status(304).end();
  return true;
}

/** Of the segment's object: from the same bytes the same picture is made. */
function etagOf({ object }: RecordedPicture): string {
  return `"${object.sha256}"`;
}

function setValidators(response: Response, picture: RecordedPicture): void {
  response.setHeader('ETag', etagOf(picture));
  response.setHeader('Cache-Control', IMMUTABLE);
}

function send(response: Response, picture: RecordedPicture, contentType: string, body: Buffer): void {
  setValidators(response, picture);
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', body.length);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(body);
}
