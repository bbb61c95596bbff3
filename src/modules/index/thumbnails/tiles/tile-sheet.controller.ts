import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../../../../config/index.js';
import { REVALIDATE } from '../../../../platform/http/resource/resource.js';
import { sendResource } from '../../../../platform/http/resource/send-resource.js';
import { Permission } from '../../../auth/ports/permission.decorator.js';
import { onStream } from '../../../auth/ports/place.js';
import { parseStreamName } from '../../../signaling/ports/stream-name.js';
import type { TileStep } from '../../../../media/manifests/tiles.js';
import { selectionOf, viewQuery, type ViewQuery } from '../../playback/view-query.js';
import { DocumentedSheet } from './documented-sheet.js';
import { sheetStart, tileStep } from './sheet-name.js';
import { TileSheetService } from './tile-sheet.service.js';

@ApiTags('playback')
@Controller('play/:stream')
@Permission('playback', onStream('stream'))
export class TileSheetController {
  constructor(
    private readonly sheets: TileSheetService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get('tiles-:step-:start.jpg')
  @DocumentedSheet()
  async sheet(
    @Param('stream') stream: string,
    @Param('step', { schema: tileStep }) step: TileStep,
    @Param('start', { schema: sheetStart }) startMs: number,
    @Query({ schema: viewQuery }) query: ViewQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const selection = selectionOf(query, this.config.playback.dvr_window_seconds);
    await sendResource(request, response, async () => {
      const sheet = await this.sheets.find(parseStreamName(stream), { step, startMs, selection });
      const facts = { contentType: 'image/jpeg', cacheControl: REVALIDATE };
      return { etag: `"${sheet.sha256}"`, ...facts, make: (left) => this.sheets.sheet(sheet, left) };
    });
  }
}
