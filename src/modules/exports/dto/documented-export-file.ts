import { applyDecorators } from '@nestjs/common';
import { ApiParam, ApiResponse } from '@nestjs/swagger';
import { clipFormats } from '../../../media/containers/index.js';
import { DocumentedResource, DocumentedResourceHeader } from '../../../platform/http/resource/documented-resource.js';

const FILE = { name: 'file', contentTypes: clipFormats.map(({ contentType }) => contentType) };

const ASKED = [
  ApiParam({ name: 'id', description: 'Of the export' }),
  ApiResponse({ status: 404, description: '`export-not-found`' }),
  ApiResponse({ status: 409, description: '`export-not-ready`' }),
];

export const DocumentedExportFile = (): MethodDecorator => applyDecorators(...ASKED, DocumentedResource(FILE));

export const DocumentedExportFileHeader = (): MethodDecorator =>
  applyDecorators(...ASKED, DocumentedResourceHeader(FILE));
