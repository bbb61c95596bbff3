import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { IMMUTABLE, type WholeResource } from '../../../platform/http/resource/resource.js';
import { sendResource } from '../../../platform/http/resource/send-resource.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { onStream } from '../../auth/ports/place.js';
import { parseStreamName } from '../../signaling/ports/stream-name.js';
import { DocumentedPicture } from './documented-picture.js';
import type { RecordedPicture } from './find-picture.js';
import { pictureQuery, type PictureQuery } from './picture-query.js';
import { ThumbnailService } from './thumbnail.service.js';

@ApiTags('playback')
@Controller('api/v1/streams/:stream')
@Permission('playback', onStream('stream'))
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
    await sendResource(request, response, async () => {
      const picture = await this.thumbnails.find(parseStreamName(stream), at.getTime());
      return madeOf(picture, 'image/jpeg', (left) => this.thumbnails.thumbnail(picture, left));
    });
  }

  @Get('keyframe')
  @DocumentedPicture('The key frame that is shown at an instant, as an MP4 of one picture', 'video/mp4')
  async keyFrame(
    @Param('stream') stream: string,
    @Query({ schema: pictureQuery }) { at }: PictureQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendResource(request, response, async () => {
      const picture = await this.thumbnails.find(parseStreamName(stream), at.getTime());
      const contentType = `video/mp4; codecs="${picture.track.codecString}"`;
      return madeOf(picture, contentType, () => this.thumbnails.keyFrame(picture));
    });
  }
}

/** From the same bytes the same picture is made: nothing is, for whoever has it already. */
function madeOf({ object }: RecordedPicture, contentType: string, make: WholeResource['make']): WholeResource {
  return { etag: `"${object.sha256}"`, contentType, cacheControl: IMMUTABLE, make };
}
