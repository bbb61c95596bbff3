import { APP_CONFIG, type AppConfig } from '../../src/config/index.js';
import { forgetOld } from '../../src/modules/index/deletion/forget-old.js';
import { lastChange } from '../../src/modules/index/deletion/gone-segments.js';
import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import { trimSession } from '../../src/modules/index/deletion/trim-session.js';
import { DirectoryView } from '../../src/modules/index/manifests/directory-view.js';
import { writeManifest, type ViewName } from '../../src/modules/index/manifests/manifest-document.js';
import { markObject } from '../../src/modules/index/object-state/mark-object.js';
import { PlaybackRangeService } from '../../src/modules/index/playback-range.service.js';
import { PlaybackViewService, type ViewSelection } from '../../src/modules/index/playback/playback-view.service.js';
import { MadePicturesService } from '../../src/modules/index/thumbnails/made-pictures.service.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { overBothDatabases } from '../support/databases.js';
import { record, recordedTrack, segmentClosed, startIndex, type IndexFixture } from './support/index-fixture.js';
import { statementsOf } from './support/query-plans.js';

const SECOND = 1000;
const HOUR = 3_600_000;
const SEGMENT = 6 * SECOND;

/** A server that has answered nothing yet. */
interface Server extends AsyncDisposable {
  readonly views: PlaybackViewService;
}

overBothDatabases((database) => {
  let fixture: IndexFixture;
  let startedAt: number;
  let nowMs: number;

  beforeEach(async () => {
    fixture = await startIndex();
    startedAt = Math.floor(Date.now() / SECOND) * SECOND - 240 * SECOND;
    nowMs = startedAt;
  });

  afterEach(() => fixture[Symbol.asyncDispose]());

  /** One that was started anew; over PostgreSQL another one, with connections of its own. */
  async function startAnew(): Promise<Server> {
    const { app, dataSource, manifests } = fixture;
    const config = app.get<AppConfig>(APP_CONFIG);
    const pictures = app.get(MadePicturesService);
    if (database === 'SQLite') {
      const views = new PlaybackViewService(dataSource, app.get(PlaybackRangeService), manifests, pictures, config);
      return { views, [Symbol.asyncDispose]: () => Promise.resolve() };
    }
    const other = await openDataSource(dataSource.options);
    const ranges = new PlaybackRangeService(other, config);
    const views = new PlaybackViewService(other, ranges, manifests, pictures, config);
    return { views, [Symbol.asyncDispose]: () => other.destroy() };
  }

  /** A session with segments of six seconds at some seconds of the test, each session in a directory of its own. */
  async function session(id: string, atSeconds: number, numbers: readonly number[]): Promise<void> {
    const directory = `cam/${id}`;
    await record(fixture, {
      id,
      directory,
      startedAt: new Date(startedAt + atSeconds * SECOND),
      segments: [...numbers],
    });
    fixture.manifests.setLive(directory, true, () => nowMs);
  }

  async function end(id: string): Promise<void> {
    fixture.manifests.setLive(`cam/${id}`, false);
    await fixture.index.setSessionState(id, { state: 'completed', endedAt: new Date() });
  }

  function trim(sessionId: string, endedBySeconds: number): Promise<unknown> {
    const { app, dataSource } = fixture;
    const endedBy = new Date(startedAt + endedBySeconds * SECOND);
    return trimSession(dataSource.manager, app.get(OutboxService), sessionId, {
      ...{ endedBy, onlyStored: false, timeZone: 'UTC' },
    });
  }

  async function text(
    { views }: Pick<Server, 'views'>,
    selection: ViewSelection,
    name: ViewName = 'video.m3u8',
    places: number | 'new' = 0,
  ): Promise<string> {
    return (await views.document('cam', selection, { name, query: '', places })).body.toString();
  }

  const here = () => ({ views: fixture.app.get(PlaybackViewService) });
  const all = (): ViewSelection => ({ fromMs: startedAt, toMs: undefined });
  /** What tells players what they have seen. */
  const marks = (document: string): string[] =>
    document.match(/#EXT-X-(?:MEDIA|DISCONTINUITY)-SEQUENCE:\d+|availabilityStartTime="[^"]*"|<Period [^>]*/g) ?? [];
  const sequence = (playlist: string): number => Number(/MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1]);
  /** Sequence number of each entry. */
  const numbered = (playlist: string): Map<string, number> => {
    const uris = playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(uris.map((uri, index) => [uri, sequence(playlist) + index]));
  };

  it.each([
    ['a time on', all],
    ['a session', (): ViewSelection => ({ sessionId: 's2' })],
    ['a window', (): ViewSelection => ({ windowMs: HOUR })],
  ])('a server that is asked for the first time says of %s what another has said all along', async (_, selection) => {
    await session('s1', 0, [1, 2, 3]);
    await end('s1');
    await session('s2', 30, [1, 2, 3, 4, 5, 6]);
    nowMs = startedAt + 66 * SECOND;
    const before = await text(here(), selection());
    const mpdBefore = await text(here(), selection(), 'manifest.mpd');

    await fixture.app.get(RecordingDeletionService).deleteSessions(['s1'], true);
    await trim('s2', 42);
    await using other = await startAnew();

    for (const name of ['video.m3u8', 'audio.m3u8', 'manifest.mpd'] as const) {
      const [said, told] = [await text(here(), selection(), name), await text(other, selection(), name)];
      expect(marks(told)).toEqual(marks(said));
      expect(told.replaceAll(/publishTime="[^"]*"|value="[^"]*"/g, '')).toBe(
        said.replaceAll(/publishTime="[^"]*"|value="[^"]*"/g, ''),
      );
    }
    const [was, is] = [numbered(before), numbered(await text(other, selection()))];
    expect(is.size).toBe(4);
    for (const [uri, number] of is) expect(number).toBe(was.get(uri));
    const [, ...periods] = marks(await text(other, selection(), 'manifest.mpd'));
    expect(marks(mpdBefore)).toEqual(expect.arrayContaining(periods));
  });

  it('a server that is asked for the first time has the gaps of who watches, and none for who comes', async () => {
    await session('s1', 0, [1, 2]);
    await end('s1');
    await session('s2', 20, [1, 2]);
    await end('s2');
    await session('s3', 40, [1, 2]);
    nowMs = startedAt + 60 * SECOND;
    const before = numbered(await text(here(), all()));
    await fixture.app.get(RecordingDeletionService).deleteSessions(['s2'], true);
    const name = Number(/places=(\d+)/.exec(await text(here(), all(), 'index.m3u8', 'new'))?.[1]);
    await using other = await startAnew();

    expect(numbered(await text(other, all()))).toEqual(before);
    expect(await text(other, all())).toBe(await text(here(), all()));
    expect(await text(other, all(), 'index.m3u8', 'new')).toContain(`places=${String(name)}`);
    const fresh = await text(other, all(), 'video.m3u8', name);
    expect(fresh).not.toContain('GAP');

    await fixture.index.commitSegment(segmentClosed(3, { sessionId: 's3', directory: 'cam/s3', startMs: 2 * SEGMENT }));
    await trim('s3', 46);
    await using third = await startAnew();
    const grown = await text(third, all(), 'video.m3u8', name);

    expect(grown.match(/GAP/g)).toHaveLength(1);
    expect([...numbered(grown)].slice(0, 4)).toEqual([...numbered(fresh)]);
  });

  it('numbers of a window go on from one session to the next, whoever is asked', async () => {
    const selection: ViewSelection = { windowMs: 60 * SECOND };
    await session('s1', 0, [1, 2, 3, 4, 5]);
    nowMs = startedAt + 30 * SECOND;
    await text(here(), selection);
    await end('s1');
    await session('s2', 40, [1, 2, 3]);
    nowMs = startedAt + 58 * SECOND;
    await using second = await startAnew();
    const both = await text(second, selection);
    nowMs = startedAt + 95 * SECOND;
    await using third = await startAnew();

    const last = await text(third, selection);

    expect(numbered(last).size).toBe(3);
    for (const [uri, number] of numbered(last)) expect(number).toBe(numbered(both).get(uri));
    expect(await text(here(), selection)).toBe(last);
    expect(/DISCONTINUITY-SEQUENCE:(\d+)/.exec(last)?.[1]).toBe(
      String(Number(/DISCONTINUITY-SEQUENCE:(\d+)/.exec(both)?.[1]) + 1),
    );
  });

  /** A session that goes on in another directory after four segments. */
  async function overTwoDirectories(): Promise<void> {
    await session('s1', 0, [1, 2, 3, 4]);
    const { index, manifests } = fixture;
    const directory = 'cam/next';
    for (const id of ['v1', 'a1'] as const) await index.commitTrack('s1', recordedTrack(id, { directory }));
    for (const number of [1, 2, 3]) {
      const startMs = (3 + number) * SEGMENT;
      await index.commitSegment(segmentClosed(number, { sessionId: 's1', directory, startMs }));
    }
    manifests.setLive(directory, true, () => nowMs);
    nowMs = startedAt + 45 * SECOND;
  }

  const changeNow = (): Promise<number> => lastChange(fixture.dataSource.manager, 'cam');

  async function mark(key: string, isLost: boolean): Promise<void> {
    const { app, dataSource } = fixture;
    await inTransaction(dataSource, (manager) =>
      markObject(manager, app.get(OutboxService), parseObjectKey(key), isLost),
    );
  }

  it('counts on when places of long ago are forgotten', async () => {
    const selection: ViewSelection = { sessionId: 's1' };
    const { dataSource } = fixture;
    await overTwoDirectories();
    await trim('s1', 30);
    const before = await text(here(), selection);
    const mpdBefore = await text(here(), selection, 'manifest.mpd');

    await forgetOld(dataSource, Date.now() + 50 * HOUR, 31 * 24 * HOUR);
    await using other = await startAnew();

    expect(sequence(before)).toBe(5);
    for (const server of [here(), other]) {
      expect(await text(server, selection)).toBe(before);
      expect(marks(await text(server, selection, 'manifest.mpd'))).toEqual(marks(mpdBefore));
    }
    expect(
      await dataSource.query('SELECT COUNT(*) AS "left" FROM "gone_segments" WHERE "directory" = \'cam/s1\''),
    ).toEqual([{ left: database === 'SQLite' ? 0 : '0' }]);
  });

  it('counts on in the playlist of a directory when places of long ago are forgotten', async () => {
    const { app, dataSource } = fixture;
    const directory = 'cam/shared';
    await record(fixture, { id: 's1', directory, startedAt: new Date(startedAt), segments: [1, 2] });
    await fixture.index.setSessionState('s1', { state: 'completed', endedAt: new Date() });
    await record(fixture, { id: 's2', directory, startedAt: new Date(startedAt + 60 * SECOND), segments: [3, 4] });
    await app.get(RecordingDeletionService).deleteSessions(['s1'], true);
    const told = async (): Promise<string> => {
      const view = new DirectoryView(directory);
      await view.refresh(dataSource.manager);
      const timeline = view.timeline({ isLive: true, publishedEpochMs: 0, segmentDurationMs: SEGMENT });
      return writeManifest('video.m3u8', timeline, new Date()).body.toString();
    };
    const before = await told();

    await forgetOld(dataSource, Date.now() + 50 * HOUR, 31 * 24 * HOUR);

    expect(marks(before)).toEqual(['#EXT-X-MEDIA-SEQUENCE:2', '#EXT-X-DISCONTINUITY-SEQUENCE:1']);
    expect(await told()).toBe(before);
  });

  it('counts on in each way to count when places of long ago are forgotten', async () => {
    const selection: ViewSelection = { sessionId: 's1' };
    await overTwoDirectories();
    const ways = [0];
    for (const seconds of [12, 30]) {
      await trim('s1', seconds);
      ways.push(await changeNow());
    }
    const said = (server: Pick<Server, 'views'>): Promise<string[]> =>
      Promise.all(ways.map((places) => text(server, selection, 'video.m3u8', places)));
    const before = await said(here());

    await forgetOld(fixture.dataSource, Date.now() + 50 * HOUR, 31 * 24 * HOUR);
    await using other = await startAnew();

    expect(before.map(sequence)).toEqual([5, 3, 0]);
    for (const server of [here(), other]) expect(await said(server)).toEqual(before);
  });

  const DAY = 24 * HOUR;
  const goneRows = async (): Promise<number> => {
    const [found] = await fixture.dataSource.query<{ rows: number | string }[]>(
      'SELECT COUNT(*) AS "rows" FROM "gone_segments"',
    );
    return Number(found?.rows);
  };

  it.each([
    ['a time on', all],
    ['a session', (): ViewSelection => ({ sessionId: 's1' })],
    ['a window', (): ViewSelection => ({ windowMs: HOUR })],
  ])('keeps one place of each Period that was trimmed long ago, and says of %s what it said', async (_, selection) => {
    const { dataSource } = fixture;
    await session('s1', 0, [1, 2, 3, 5, 6, 7, 8, 9]);
    nowMs = startedAt + 60 * SECOND;
    for (const seconds of [12, 33, 40]) await trim('s1', seconds);
    const names: readonly ViewName[] = ['video.m3u8', 'audio.m3u8', 'manifest.mpd'];
    const said = async (server: Pick<Server, 'views'>): Promise<string[]> => {
      const told = await Promise.all(names.map((name) => text(server, selection(), name)));
      return told.map((document) => document.replaceAll(/publishTime="[^"]*"|value="[^"]*"/g, ''));
    };
    const before = await said(here());
    const places = await dataSource.query<unknown[]>('SELECT * FROM "window_places"');
    expect(await goneRows()).toBe(6);

    await forgetOld(dataSource, Date.now() + 30 * DAY, 31 * DAY);
    expect(await goneRows()).toBe(6);
    await forgetOld(dataSource, Date.now() + 31 * DAY + HOUR, 31 * DAY);
    expect(await goneRows()).toBe(2);
    expect(await dataSource.query('SELECT * FROM "window_places"')).toEqual(places);
    await using other = await startAnew();

    for (const server of [here(), other]) expect(await said(server)).toEqual(before);

    await fixture.index.commitSegment(
      segmentClosed(10, { sessionId: 's1', directory: 'cam/s1', startMs: 8 * SEGMENT }),
    );
    await trim('s1', 46);
    await forgetOld(dataSource, Date.now() + 31 * DAY + HOUR, 31 * DAY);
    await using third = await startAnew();
    const after = await said(third);

    expect(await goneRows()).toBe(2);
    expect(after.map(sequence).slice(0, 2)).toEqual(
      before
        .map(sequence)
        .slice(0, 2)
        .map((number) => number + 1),
    );
    expect(marks(after[2] ?? '')).toEqual(marks(before[2] ?? ''));
  });

  it('keeps the place of each segment behind something that is left', async () => {
    const { dataSource } = fixture;
    await session('s0', -60, [1, 2]);
    await end('s0');
    await session('s1', 0, [1, 2, 3, 4, 5]);
    await trim('s1', 20);
    const before = await goneRows();

    await forgetOld(dataSource, Date.now() + 40 * DAY, 31 * DAY);

    expect([before, await goneRows()]).toEqual([3, 3]);
  });

  it('counts on when what was lost comes back', async () => {
    const selection: ViewSelection = { sessionId: 's1' };
    const objects = ['cam/s1/seg_0005.m4s', 'cam/s1/audio_seg_0005.m4s'];
    await session('s1', 0, [1, 2, 3, 4, 5, 6, 7]);
    nowMs = startedAt + 45 * SECOND;
    await trim('s1', 12);
    for (const key of objects) await mark(key, true);
    const places = await changeNow();
    const before = await text(here(), selection, 'video.m3u8', places);

    for (const key of objects) await mark(key, false);
    await using other = await startAnew();

    expect([sequence(before), numbered(before).size]).toEqual([0, 4]);
    for (const server of [here(), other]) {
      const after = await text(server, selection, 'video.m3u8', places);
      expect([sequence(after), numbered(after).size]).toEqual([0, 5]);
    }
    expect(await changeNow()).toBe(places);
  });

  it('reads the rows of a stream once for windows of any length, and numbers each as if it were alone', async () => {
    const long: ViewSelection = { windowMs: HOUR };
    const short: ViewSelection = { windowMs: 24 * SECOND };
    const ask = ({ views }: Pick<Server, 'views'>, selection: ViewSelection, query: string) =>
      views.document('cam', selection, { name: 'video.m3u8', query, places: 0 });
    await session('s1', 0, [1, 2, 3, 4, 5, 6]);
    nowMs = startedAt + 37 * SECOND;
    const said: string[] = [];
    const pagesRead = async (selection: ViewSelection, query: string): Promise<number> => {
      const statements = await statementsOf(fixture.dataSource, async () => {
        said.push((await ask(here(), selection, query)).body.toString());
      });
      return statements.filter(({ query }) => query.includes('FROM "segments"') && query.includes('"number" >')).length;
    };
    expect(await pagesRead(long, '?dvr=3600')).toBeGreaterThan(0);
    expect(await pagesRead(short, '?dvr=24')).toBe(0);
    const [first = '', second = ''] = said;
    await using other = await startAnew();
    const alone = (await ask(other, short, '?dvr=24')).body.toString();

    expect([numbered(first).size, numbered(second).size]).toEqual([6, 4]);
    for (const [uri, number] of numbered(second)) expect(number).toBe(numbered(first).get(uri));
    expect(alone).toBe(second);

    await fixture.index.commitSegment(segmentClosed(7, { sessionId: 's1', directory: 'cam/s1', startMs: 6 * SEGMENT }));
    nowMs = startedAt + 43 * SECOND;
    const [grown, moved] = await Promise.all([ask(here(), long, '?dvr=3600'), ask(here(), short, '?dvr=24')]);

    expect(numbered(grown.body.toString()).size).toBe(7);
    expect(numbered(moved.body.toString()).size).toBe(4);
    for (const [uri, number] of numbered(moved.body.toString())) {
      expect(number).toBe(numbered(grown.body.toString()).get(uri));
    }
  });
});
