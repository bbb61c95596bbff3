import { applyDecorators } from '@nestjs/common';
import { ApiParam, ApiResponse } from '@nestjs/swagger';
import { clipFormats } from '../../../media/containers/index.js';
import { DocumentedResource, DocumentedResourceHeader } from '../../../platform/http/resource/documented-resource.js';

const FILE = { name: 'file', contentTypes: clipFormats.map(({ contentType }) => contentType) };

const ASKED = [
  ApiParam({ name: 'id', description: 'Of the export' }),
  ApiResponse({ status: 404, description: '`export-not-found`' }),
  ApiResponse({ status: 409, description: '`export-not-ready`' }),
  ApiResponse({ status: 503, description: '`export-elsewhere`: another node has it, which cannot be reached' }),
];

export const DocumentedExportFile = (): MethodDecorator =>
  applyDecorators(
    ...ASKED,
    DocumentedResource(FILE),
    ApiResponse({
      status: 307,
      description: 'The node that made it has it',
      headers: { Location: { schema: { type: 'string' } } },
    }),
  );

export const DocumentedExportFileHeader = (): MethodDecorator =>
  applyDecorators(...ASKED, DocumentedResourceHeader(FILE));
