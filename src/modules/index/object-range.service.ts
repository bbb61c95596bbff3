import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { parseFillerName } from '../../media/manifests/filler-name.js';
import { parsePaddedName } from '../../media/manifests/padded-name.js';
import { parseEncodedObjectKey } from '../storage/ports/object-key.js';
import { findCommittedObject, findStretch } from './object-access/committed-object.js';
import { isManifestName, parseSessionFileName, splitKey } from './directories/object-names.js';

/** A session, or a stretch of wall clock; instants as RFC 3339, `to` exclusive. */
export interface ObjectRange {
  readonly session?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Which objects show something of a part of a stream. */
@Injectable()
export class ObjectRangeService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param encodedKey as it came over the wire
   * @returns true for segments of the part, for inits and fillers, which show nothing by themselves, and for what there is not;
   * false for manifests and session files, which tell of all that lies beside
   * @throws {InvalidObjectKeyError}
   */
  async isInside(encodedKey: string, range: ObjectRange): Promise<boolean> {
    const key = parseEncodedObjectKey(encodedKey);
    const { name } = splitKey(key);
    if (isManifestName(name) || parseSessionFileName(name) !== undefined) return false;
    if (parseFillerName(name) !== undefined || parsePaddedName(name) !== undefined) return true;
    const { manager } = this.dataSource;
    const object = await findCommittedObject(manager, key);
    if (object?.extent === undefined) return true;
    if (range.session !== undefined) return object.sessionId === range.session;
    const { from, to } = await findStretch(manager, key, object);
    const isBefore = range.to === undefined || from.getTime() < Date.parse(range.to);
    return isBefore && (range.from === undefined || to.getTime() > Date.parse(range.from));
  }
}
