import { applyDecorators } from '@nestjs/common';
import { ApiQuery, ApiResponse } from '@nestjs/swagger';

/** How a list is given out page by page. @param most entries of a page @param usual where nothing is asked for */
export const DocumentedPage = (most: number, usual: number): MethodDecorator =>
  applyDecorators(
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: most, default: usual },
    }),
    ApiQuery({ name: 'cursor', required: false, description: '`nextCursor` of the page before' }),
    ApiResponse({ status: 400, description: '`input-invalid`' }),
  );
