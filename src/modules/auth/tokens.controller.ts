import { Controller, Delete, HttpCode, Param } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from './ports/permission.decorator.js';
import { ON_SERVER } from './ports/place.js';
import { TokensService } from './tokens/tokens.service.js';

/** Tokens that were given out. */
@ApiTags('auth')
@Controller('api/v1/tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Delete(':id')
  @Audited('token-revoked')
  @Permission('admin', ON_SERVER)
  @HttpCode(204)
  @ApiOperation({ summary: 'Has a token refused from now on, with what was made by it; by other nodes seconds later' })
  @ApiParam({ name: 'id', description: 'As the answer that made it has it; its claim `jti`, whoever made it' })
  @ApiNoContentResponse({ description: 'It is refused, or has expired' })
  @ApiResponse({ status: 400, description: '`token-id-invalid`: longer than an id can be' })
  async revoke(@Param('id') id: string): Promise<void> {
    await this.tokens.revoke(id);
  }
}
