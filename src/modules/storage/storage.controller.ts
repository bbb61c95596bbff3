import { Body, Controller, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../auth/ports/place.js';
import { PresignInputDto, presignInput, type PresignBody } from './dto/presign.input.js';
import { PresignedRequestDto } from './dto/presigned-request.dto.js';
import { parseObjectKey } from './ports/object-key.js';
import { ProbeService } from './probe.service.js';
import { SigningService } from './signing.service.js';

/** The bucket behind the recordings. */
@ApiTags('storage')
@Controller('api/storage')
@Permission('admin', ON_SERVER)
export class StorageController {
  constructor(
    private readonly signing: SigningService,
    private readonly storage: ProbeService,
  ) {}

  @Post('presign')
  @Audited('object-presigned')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'A URL of the bucket that is good without credentials, to read or to write one object' })
  @ApiBody({ type: PresignInputDto })
  @ApiOkResponse({ type: PresignedRequestDto })
  @ApiResponse({ status: 400, description: '`object-key-invalid`, `input-invalid`, `body-malformed`' })
  @ApiResponse({ status: 409, description: '`object-owned`: a PUT of media that was recorded here' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`presign-unsupported`: recordings are kept in a folder' })
  @ApiResponse({ status: 503, description: '`storage-unavailable`, `storage-foreign`, `storage-mark-missing`' })
  async presign(@Body({ schema: presignInput }) input: PresignBody): Promise<PresignedRequestDto> {
    const { method, path, ttl_seconds: lifetimeSeconds } = input;
    return new PresignedRequestDto(await this.signing.presign({ method, key: parseObjectKey(path), lifetimeSeconds }));
  }

  @Get('ping')
  @Header('Cache-Control', 'no-store')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'Writes, reads and deletes a small object in the storage' })
  @ApiResponse({
    status: 200,
    description: '`ok`: it works',
    content: { 'text/plain': { schema: { type: 'string', enum: ['ok'] } } },
  })
  @ApiResponse({
    status: 503,
    description:
      '`storage-unavailable`, `storage-foreign`, `storage-mark-missing`: `fault` and `detail` say what is wrong',
  })
  async ping(): Promise<string> {
    await this.storage.probe();
    return 'ok';
  }
}
