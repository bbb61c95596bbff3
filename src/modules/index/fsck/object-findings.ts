import type { Fault } from './copies.js';
import type { Finding, FindingKind, Place } from './finding.js';

/** Where copies lie; the backup counts as the bucket. */
export type Side = 'folder' | 'bucket';

const GONE: Readonly<Record<Fault, readonly [FindingKind, string]>> = {
  missing: ['object-missing', 'No store has this object.'],
  truncated: ['object-truncated', 'The object has another length than its row says.'],
  damaged: ['object-damaged', 'The bytes of the object are not those that were recorded.'],
  'not-media': ['object-not-media', 'The bytes of the object are not the media that its row says.'],
};

/** What is told of an object that no store has whole. */
export function goneFinding(fault: Fault, place: Place): Finding {
  const [kind, message] = GONE[fault];
  return { ...place, kind, message };
}

/** What is told of a copy that another store has whole. */
export function copyFault(fault: Fault, side: Side, place: Place): Finding {
  return fault === 'missing'
    ? { ...place, kind: 'copy-missing', message: `The ${side} lacks the object, which the other store has.` }
    : { ...place, kind: 'copy-damaged', message: `The object in the ${side} is damaged, in the other store whole.` };
}
