import { Controller, Get, Head, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { RangedResource } from '../../../platform/http/resource/resource.js';
import { sendResource } from '../../../platform/http/resource/send-resource.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { onStreamOf } from '../../auth/ports/place.js';
import { ObjectOwner } from '../owners/object-owner.js';
import { SigningService } from '../../storage/signing.service.js';
import { DocumentedObject, DocumentedObjectHeader } from './documented-object.js';
import type { ObjectResource } from './object-resource.js';
import { ObjectService } from './object.service.js';

const PATH = '/api/record/object/';
const PLACES = /^\d{1,15}$/;

@ApiTags('playback')
@Controller('api/record/object')
@Permission('playback', onStreamOf(ObjectOwner, 'key'))
export class ObjectController {
  constructor(
    private readonly objects: ObjectService,
    private readonly signing: SigningService,
  ) {}

  /** Before GET, which Express would take for it. */
  @Head('*key')
  @ApiOperation({ summary: 'Length and entity tag of an object' })
  @DocumentedObjectHeader()
  sendHeader(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.send(request, response);
  }

  @Get('*key')
  @ApiOperation({ summary: 'A manifest, playlist, init object, segment or session file' })
  @DocumentedObject()
  send(@Req() request: Request, @Res() response: Response): Promise<void> {
    return sendResource(request, response, async () =>
      this.resourceOf(await this.objects.find(encodedKeyOf(request), placesOf(request))),
    );
  }

  private resourceOf(object: ObjectResource): RangedResource {
    const { key, sizeBytes, sha256, contentType, cacheControl, modifiedAt, body } = object;
    const facts = { sizeBytes, etag: `"${sha256}"`, contentType, cacheControl, modifiedAt };
    if (body !== undefined) return { ...facts, open: ({ start, end }) => body.subarray(start, end + 1) };
    return {
      ...facts,
      check: () => this.objects.check(object),
      open: async (range) => {
        const redirectTo = await this.signing.redirect(key, sizeBytes);
        return redirectTo === undefined ? this.objects.open(object, range) : { redirectTo };
      },
    };
  }
}

/** The key still encoded: decoded by the router, `%2e%2e%2f` could not be told from a climbing path. */
function encodedKeyOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?', 1);
  return path.slice(PATH.length);
}

/** @returns undefined for what is no number: whatever else is in the query is for others */
function placesOf({ query: { places } }: Request): number | undefined {
  return typeof places === 'string' && PLACES.test(places) ? Number(places) : undefined;
}
