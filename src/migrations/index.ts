import { Accounts1796100000000 } from './1796100000000-accounts.js';
import { Audit1795600000000 } from './1795600000000-audit.js';
import { Completeness1795300000000 } from './1795300000000-completeness.js';
import { GonePlaces1796400000000 } from './1796400000000-gone-places.js';
import { LongGone1796500000000 } from './1796500000000-long-gone.js';
import { Index1795200000000 } from './1795200000000-index.js';
import { GapEnds1795350000000 } from './1795350000000-gap-ends.js';
import { IndexSync1795560000000 } from './1795560000000-index-sync.js';
import { Lists1795510000000 } from './1795510000000-lists.js';
import { Outbox1795400000000 } from './1795400000000-outbox.js';
import { PackedObjects1796600000000 } from './1796600000000-packed-objects.js';
import { PlaybackRanges1795520000000 } from './1795520000000-playback-ranges.js';
import { DeletedStretches1796000000000 } from './1796000000000-deleted-stretches.js';
import { Exports1795530000000 } from './1795530000000-exports.js';
import { StorageOwner1795570000000 } from './1795570000000-storage-owner.js';
import { Timeline1795540000000 } from './1795540000000-timeline.js';
import { RevokedTokens1795590000000 } from './1795590000000-revoked-tokens.js';
import { TrackSessions1795500000000 } from './1795500000000-track-sessions.js';
import { UnrecordedTracks1795250000000 } from './1795250000000-unrecorded-tracks.js';
import { Webhooks1796200000000 } from './1796200000000-webhooks.js';

/** Every migration, oldest first. */
export const migrations = [
  Index1795200000000,
  UnrecordedTracks1795250000000,
  Completeness1795300000000,
  GapEnds1795350000000,
  Outbox1795400000000,
  TrackSessions1795500000000,
  Lists1795510000000,
  PlaybackRanges1795520000000,
  Exports1795530000000,
  Timeline1795540000000,
  IndexSync1795560000000,
  StorageOwner1795570000000,
  RevokedTokens1795590000000,
  Audit1795600000000,
  DeletedStretches1796000000000,
  Accounts1796100000000,
  Webhooks1796200000000,
  GonePlaces1796400000000,
  LongGone1796500000000,
  PackedObjects1796600000000,
] as const;
