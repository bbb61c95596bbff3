import {
  shownObjects,
  WHOLE_OBJECTS,
  type ObjectColumns,
  type ShownObject,
} from '../../src/modules/index/playback/object-columns.js';
import { readSegments, type SegmentFacts } from '../../src/modules/index/playback/read-segments.js';
import { PlaybackRangeService } from '../../src/modules/index/playback-range.service.js';
import {
  recordedTrack,
  segmentClosed,
  sessionInput,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

import { overBothDatabases } from '../support/databases.js';

const TRACKS = [['v1'], ['a1', 'v1'], ['v1', 'a1', 'v2']] as const;

/** What is read of a segment, of its objects no more than manifests show. */
function shownOf({ objects, ...facts }: SegmentFacts<ShownObject>): unknown {
  return {
    ...facts,
    objects: objects.map(({ trackId, objectKey, startTicks, durationTicks, sizeBytes, independent }) => {
      return { trackId, objectKey, startTicks, durationTicks, sizeBytes, independent };
    }),
  };
}

async function readAll<T>({ app, dataSource }: IndexFixture, columns: ObjectColumns<T>): Promise<SegmentFacts<T>[]> {
  const range = await app.get(PlaybackRangeService).find('cam', { sessionId: 's1' }, START.getTime() + 60_000);
  const segments: SegmentFacts<T>[] = [];
  for (const part of range.parts) {
    for await (const page of readSegments(dataSource.manager, part, 0, columns)) segments.push(...page);
  }
  return segments;
}

overBothDatabases(() => {
  it('reads of each object what manifests show, however many a segment has', async () => {
    await using fixture = await startIndex();
    const { index, dataSource } = fixture;
    await index.openSession(sessionInput());
    for (const trackId of ['v1', 'a1', 'v2'] as const) await index.commitTrack('s1', recordedTrack(trackId));
    for (const [before, trackIds] of TRACKS.entries()) {
      await index.commitSegment(segmentClosed(before + 1, { startMs: before * 6000, trackIds: [...trackIds] }));
    }

    const whole = await readAll(fixture, WHOLE_OBJECTS);
    const shown = await readAll(fixture, shownObjects(dataSource.manager));

    expect(whole.map(({ objects }) => objects.map(({ trackId }) => trackId))).toEqual(TRACKS);
    expect(shown.map(shownOf)).toEqual(whole.map(shownOf));
  });
});
