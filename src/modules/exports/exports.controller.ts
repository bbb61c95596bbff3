import {
  Body,
  Controller,
  Delete,
  Get,
  Head,
  Header,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DocumentedPage } from '../../platform/openapi/documented-page.js';
import type { Request, Response } from 'express';
import { REVALIDATE } from '../../platform/http/resource/resource.js';
import { sendResource } from '../../platform/http/resource/send-resource.js';
import { idText } from '../../platform/input/fields.js';
import { Audited } from '../audit/ports/audited.decorator.js';
import { AuthService } from '../auth/auth.service.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_CONTENT, ON_SERVER, onStreamOf } from '../auth/ports/place.js';
import { CurrentCaller } from '../auth/ports/current-caller.decorator.js';
import type { Caller } from '../auth/ports/caller.js';
import { selectionOf } from './clips/clip-query.js';
import { ExportOwner } from './export-owner.js';
import { PlaybackUrlsService } from '../playback-urls/playback-urls.service.js';
import { DocumentedExportFile, DocumentedExportFileHeader } from './dto/documented-export-file.js';
import { ExportDto, ExportInputDto, ExportPageDto, ExportUrlDto } from './dto/export.dto.js';
import {
  exportInput,
  exportQuery,
  MOST_EXPORTS,
  USUAL_EXPORTS,
  type ExportInput,
  type ExportQuery,
} from './export-query.js';
import { ExportPlaces } from './export-places.js';
import { ExportsFeed } from './exports-feed.js';
import { ExportsService } from './exports.service.js';
import { dispositionOf } from './file-name.js';

const idParam = ApiParam({ name: 'id', description: 'Of the export' });
const notFound = ApiResponse({ status: 404, description: '`export-not-found`' });

@ApiTags('exports')
@Controller('api/v1/exports')
@Permission('playback', onStreamOf(ExportOwner, 'id'))
export class ExportsController {
  constructor(
    private readonly exports: ExportsService,
    private readonly feed: ExportsFeed,
    private readonly places: ExportPlaces,
    private readonly urls: PlaybackUrlsService,
    private readonly auth: AuthService,
  ) {}

  @Post()
  @Audited('export-created')
  @Permission('playback', ON_CONTENT)
  @HttpCode(202)
  @ApiOperation({ summary: 'Make a file of a range of what was recorded, or of a session' })
  @ApiBody({ type: ExportInputDto })
  @ApiResponse({ status: 202, type: ExportDto })
  @ApiResponse({
    status: 400,
    description: '`input-invalid`, `body-malformed`, `range-invalid`, `range-in-future`, `range-too-long`',
  })
  @ApiResponse({
    status: 404,
    description: '`stream-not-recorded`, `recording-session-not-found`, `nothing-recorded-in-range`',
  })
  @ApiResponse({ status: 410, description: '`range-gone`' })
  @ApiResponse({ status: 422, description: '`format-does-not-fit`, `parameters-differ`' })
  @ApiResponse({ status: 503, description: '`too-many-exports`' })
  async create(
    @CurrentCaller() caller: Caller,
    @Body({ schema: exportInput }) input: ExportInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExportDto> {
    const { stream, format, gaps } = input;
    caller.require('playback', stream);
    const view = await this.exports.create({ stream, format, gaps, selection: selectionOf(input) });
    response.setHeader('Location', `/api/v1/exports/${view.id}`);
    return new ExportDto(view);
  }

  @Get()
  @Permission('playback', ON_SERVER)
  @ApiOperation({ summary: 'Exports, newest first' })
  @ApiQuery({ name: 'stream', required: false, description: 'Only of this stream', example: 'cam' })
  @DocumentedPage(MOST_EXPORTS, USUAL_EXPORTS)
  @ApiOkResponse({ type: ExportPageDto })
  async list(@Query({ schema: exportQuery }) query: ExportQuery): Promise<ExportPageDto> {
    return new ExportPageDto(await this.exports.list(query));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One export and how far it is' })
  @idParam
  @ApiOkResponse({ type: ExportDto })
  @notFound
  async show(@Param('id', { schema: idText }) id: string): Promise<ExportDto> {
    return new ExportDto(await this.exports.find(id));
  }

  @Get(':id/events')
  @ApiOperation({ summary: 'The same as server-sent events: at once, at each change, until it is done' })
  @idParam
  @ApiOkResponse({
    description: 'Each event is one `data:` line with the export',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @notFound
  async follow(
    @Param('id', { schema: idText }) id: string,
    @Headers('authorization') authorization: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const end = await this.feed.subscribe(id, () =>
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-cache, no-transform',
        'X-Accel-Buffering': 'no',
      }),
    );
    response.once('close', end);
    const forget = this.auth.whenOver(authorization, () => response.end());
    response.once('close', forget);
  }

  @Post(':id/url')
  @HttpCode(200)
  @Audited('playback-url-created')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Where the file of an export can be had without credentials, for a time' })
  @idParam
  @ApiOkResponse({ type: ExportUrlDto })
  @notFound
  async sign(@Param('id', { schema: idText }) id: string, @CurrentCaller() caller: Caller): Promise<ExportUrlDto> {
    return new ExportUrlDto(this.urls.signExport(await this.exports.find(id), caller));
  }

  /** Before GET, which Express would take for it. */
  @Head(':id/file')
  @ApiOperation({ summary: 'Length and entity tag of the file of an export' })
  @DocumentedExportFileHeader()
  sendHeader(
    @Param('id', { schema: idText }) id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.send(id, caller, request, response);
  }

  @Get(':id/file')
  @ApiOperation({ summary: 'The file of an export' })
  @DocumentedExportFile()
  async send(
    @Param('id', { schema: idText }) id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendResource(request, response, async () => {
      const file = await this.exports.file(id);
      const { sizeBytes, etag, contentType, fileName } = file;
      const disposition = dispositionOf('attachment', fileName);
      const path = await this.pathFor(id, caller, request);
      return {
        ...{ sizeBytes, etag, contentType, disposition, cacheControl: REVALIDATE },
        check: async () => {
          await this.places.elsewhere(file, path);
        },
        open: async (range) => {
          const redirectTo = await this.places.elsewhere(file, path);
          return redirectTo === undefined ? this.exports.read(id, range) : { redirectTo };
        },
      };
    });
  }

  @Delete(':id')
  @Audited('export-deleted')
  @HttpCode(204)
  @ApiOperation({ summary: 'Cancel an export, or delete its file' })
  @idParam
  @ApiResponse({ status: 204 })
  @notFound
  async delete(@Param('id', { schema: idText }) id: string): Promise<void> {
    await this.exports.delete(id);
  }

  /** Whoever came by a signed URL has nothing else to show to another node. */
  private async pathFor(id: string, caller: Caller, { originalUrl }: Request): Promise<string> {
    if (caller.kind !== 'signed-url') return originalUrl;
    return this.urls.signExport(await this.exports.find(id), caller).file;
  }
}
