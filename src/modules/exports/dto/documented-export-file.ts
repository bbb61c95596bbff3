import { applyDecorators } from '@nestjs/common';
import { ApiParam, ApiResponse } from '@nestjs/swagger';
import { clipFormats } from '../../../media/containers/index.js';
import { DocumentedFile, DocumentedFileHeader } from './documented-file.js';

const CONTENT_TYPES = clipFormats.map(({ contentType }) => contentType);

const ASKED = [
  ApiParam({ name: 'id', description: 'Of the export' }),
  ApiResponse({ status: 404, description: '`export-not-found`' }),
  ApiResponse({ status: 409, description: '`export-not-ready`' }),
];

export const DocumentedExportFile = (): MethodDecorator =>
  applyDecorators(...ASKED, DocumentedFile('file', CONTENT_TYPES));

export const DocumentedExportFileHeader = (): MethodDecorator => applyDecorators(...ASKED, DocumentedFileHeader());
