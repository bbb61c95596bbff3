import type { ApiResponseOptions } from '@nestjs/swagger';
import { FRAGMENT_TYPE, OFFER_TYPE } from './media-types.js';

type Headers = NonNullable<ApiResponseOptions['headers']>;

export const LOCATION: Headers = {
  Location: { description: 'The session', schema: { type: 'string', format: 'uri-reference' } },
};

export const ELSEWHERE: Headers = {
  Location: { description: 'The same endpoint of another node', schema: { type: 'string', format: 'uri' } },
};

export const ENTITY_TAG: Headers = {
  ETag: { description: 'Stands for the ICE credentials of the session', schema: { type: 'string' } },
};

export const ACCEPT_POST: Headers = { 'Accept-Post': { schema: { type: 'string', enum: [OFFER_TYPE] } } };

export const ACCEPT_PATCH: Headers = { 'Accept-Patch': { schema: { type: 'string', enum: [FRAGMENT_TYPE] } } };

export const LINK: Headers = {
  Link: { description: 'ICE servers (RFC 9725 section 4.6)', schema: { type: 'string' } },
};

export const ALLOW: Headers = { Allow: { description: 'Methods of this path', schema: { type: 'string' } } };

export const RETRY_AFTER: Headers = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } };
