import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { lastChange } from '../../src/modules/index/deletion/gone-segments.js';
import { PlaybackRangeService } from '../../src/modules/index/playback-range.service.js';
import { ViewCache, type KeptView } from '../../src/modules/index/playback/view-cache.js';
import { overBothDatabases } from '../support/databases.js';
import { record, startIndex, type IndexFixture } from './support/index-fixture.js';

const MOST_SEGMENTS = 4;
const START = new Date('2026-11-20T12:00:00Z');

overBothDatabases(() => {
  let fixture: IndexFixture;
  let ranges: PlaybackRangeService;
  let cache: ViewCache;

  beforeEach(async () => {
    fixture = await startIndex();
    ranges = fixture.app.get(PlaybackRangeService);
    cache = new ViewCache(fixture.dataSource.manager, ranges, MOST_SEGMENTS);
  });

  afterEach(() => fixture[Symbol.asyncDispose]());

  /** @returns the view of a session, that was asked for just now */
  async function shown(sessionId: string): Promise<KeptView> {
    const view = cache.view(sessionId);
    await view.rows.read(await ranges.find('cam', { sessionId }), 0);
    cache.trim();
    return view;
  }

  async function session(id: string, count: number): Promise<void> {
    const segments = Array.from({ length: count }, (_, index) => index + 1);
    await record(fixture, { id, directory: `cam/${id}`, startedAt: START, segments });
  }

  function end(id: string): Promise<unknown> {
    return fixture.index.setSessionState(id, { state: 'completed', endedAt: new Date() });
  }

  it('keeps views that are each larger than all may be, beside small ones, until they are too large together', async () => {
    for (const [id, count] of Object.entries({ large: 6, small: 3, other: 2, huge: 9, vast: 7 })) {
      await session(id, count);
      await end(id);
    }
    const large = await shown('large');
    const small = await shown('small');

    expect(await shown('large')).toBe(large);
    expect(await shown('small')).toBe(small);
    await shown('other');
    expect(cache.view('small')).not.toBe(small);
    expect(cache.view('large')).toBe(large);

    const huge = await shown('huge');

    expect(cache.view('large')).toBe(large);
    expect(cache.view('huge')).toBe(huge);

    const vast = await shown('vast');

    expect(cache.view('vast')).toBe(vast);
    expect(cache.view('huge')).toBe(huge);
    expect(cache.view('large')).not.toBe(large);
  });

  it('counts what is gone and has its place', async () => {
    const { app, dataSource } = fixture;
    await session('gone', 4);
    await end('gone');
    await session('here', 1);
    await app.get(RecordingDeletionService).deleteSessions(['gone'], true);
    const first = await shown('here');

    const facts = { lastChange: await lastChange(dataSource.manager, 'cam'), fromMs: 0 };
    await first.gone.read(dataSource.manager, { stream: 'cam' }, facts);

    expect(first.rowCount).toBe(5);
  });
});
