import { Controller, Get, Head, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { REVALIDATE } from '../../platform/http/resource/resource.js';
import { sendResource } from '../../platform/http/resource/send-resource.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { onStream } from '../auth/ports/place.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import { StreamNamePipe } from '../signaling/ports/stream-name.pipe.js';
import { ClipService } from './clip.service.js';
import { clipQuery, selectionOf, type ClipQuery } from './clips/clip-query.js';
import { DocumentedClip, DocumentedClipHeader } from './dto/documented-clip.js';
import { dispositionOf, fileNameOf } from './file-name.js';

@ApiTags('playback')
@Controller('play')
@Permission('playback', onStream('stream'))
export class ClipController {
  constructor(private readonly clips: ClipService) {}

  /** Before GET, which Express would take for it. */
  @Head(':stream/clip.mp4')
  @ApiOperation({ summary: 'Length and entity tag of a clip' })
  @DocumentedClipHeader()
  sendHeader(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Query({ schema: clipQuery }) query: ClipQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.send(stream, query, request, response);
  }

  @Get(':stream/clip.mp4')
  @ApiOperation({ summary: 'A range of what was recorded, or a session, as one MP4 that is sent while it is made' })
  @DocumentedClip()
  async send(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Query({ schema: clipQuery }) query: ClipQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendResource(request, response, async () => {
      const clip = await this.clips.find({ stream, selection: selectionOf(query), gaps: query.gaps });
      const { sizeBytes, etag, contentType, startEpochMs, extension } = clip;
      const disposition = dispositionOf('inline', fileNameOf(stream, startEpochMs, extension));
      const file = { sizeBytes, etag, contentType, disposition, cacheControl: REVALIDATE };
      return { ...file, open: (range) => this.clips.read(clip, range) };
    });
  }
}
