import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { parseWhepUrl } from '../../../../config/index.js';
import { InputInvalidError } from '../../../../platform/body/body.errors.js';
import type { Told } from '../../../audit/ports/audited.decorator.js';
import type { RemoteEndpoint } from '../../whip-client.js';
import { SourceKindUnsupportedError } from '../source.errors.js';

const LONGEST_URL = 2048;
const OTHER_KINDS: readonly (readonly [kind: string, shape: RegExp])[] = [
  ['rtsp', /^rtsps?:/i],
  ['sdp', /^file:|\.sdp$/i],
];

const source = z.object({ url: z.string().min(1).max(LONGEST_URL) });

export const sourceInput = z.strictObject(source.shape);

export class SourceInput {
  @ApiProperty({
    maxLength: LONGEST_URL,
    description: 'A WHEP endpoint: whep, wheps, http or https, with a token in front of the host or without',
    example: 'wheps://token@other.example.org/whep/cam',
  })
  readonly url!: string;
}

/** @throws {SourceKindUnsupportedError} for other kinds that live777 has @throws {InputInvalidError} */
export function readSourceUrl(text: string): RemoteEndpoint {
  const other = OTHER_KINDS.find(([, shape]) => shape.test(text));
  if (other !== undefined) throw new SourceKindUnsupportedError(other[0]);
  const endpoint = parseWhepUrl(text);
  if (endpoint === undefined) throw new InputInvalidError(['url: Expected the URL of a WHEP endpoint']);
  return endpoint;
}

/** @returns `https://other.example.org/whep/cam`, without token and query, which may be secrets */
export function describeSource({ given }: Told): string | undefined {
  const asked = given.map((place) => source.safeParse(place)).find(({ success }) => success)?.data;
  const url = URL.parse(parseWhepUrl(asked?.url ?? '')?.url ?? '');
  return url === null ? undefined : `${url.origin}${url.pathname}`;
}
