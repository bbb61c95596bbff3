import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { DeletionDto } from './deletion.dto.js';

/** What every deletion takes and answers. */
export const DocumentedDeletion = (): MethodDecorator =>
  applyDecorators(
    ApiQuery({
      name: 'removeObjects',
      required: true,
      enum: ['true', 'false'],
      description: 'false leaves files and objects where they are, for `reindex` to take up again',
    }),
    ApiOkResponse({ type: DeletionDto }),
    ApiResponse({ status: 400, description: '`input-invalid`' }),
    ApiResponse({
      status: 409,
      description: '`recording-session-running`, `recording-session-held`: nothing was deleted',
    }),
  );
