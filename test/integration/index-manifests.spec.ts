import { PlaybackEntriesService } from '../../src/modules/index/playback/playback-entries.service.js';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { markObject } from '../../src/modules/index/object-state/mark-object.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentClosed,
  sessionInput,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases(() => {
  const file = ({ root }: IndexFixture, name: string) => readFile(join(root, DIRECTORY, name), 'utf8');
  const served = async ({ app }: IndexFixture, name: string) =>
    fetch(`${await app.getUrl()}/api/record/object/${DIRECTORY}/${name}`);

  it('writes manifests and the session file beside the media', async () => {
    await using fixture = await startIndex();
    const { index, manifests } = fixture;
    await record(fixture, { segments: [1, 2] });
    await index.commitGap('s1', { kind: 'video', startMs: 3000, durationMs: 100, cause: 'loss' });
    await index.setSessionState('s1', {
      state: 'completed',
      reason: 'requested',
      endedAt: new Date(START.getTime() + 12_000),
    });

    await manifests.publish(DIRECTORY);

    const names = await readdir(join(fixture.root, DIRECTORY));
    expect(names.sort()).toEqual([
      'audio.m3u8',
      'audio_seg_0001.m4s',
      'audio_seg_0002.m4s',
      'index.m3u8',
      'manifest.mpd',
      'seg_0001.m4s',
      'seg_0002.m4s',
      'session_s1.json',
      'video.m3u8',
    ]);
    expect(await file(fixture, 'manifest.mpd')).toContain('type="static"');
    expect(await file(fixture, 'video.m3u8')).toContain('#EXT-X-ENDLIST');
    expect(JSON.parse(await file(fixture, 'session_s1.json'))).toMatchObject({
      version: 1,
      id: 's1',
      stream: 'cam',
      node: 'node-1',
      trigger: 'auto',
      state: 'completed',
      reason: 'requested',
      directory: DIRECTORY,
      base_dir: null,
      started_at: START.toISOString(),
      anchor_epoch_ms: START.getTime(),
      tracks: [
        { id: 'v1', kind: 'video', codec: 'H264', init: 'init.m4s', init_sha256: recordedTrack('v1').initSha256 },
        { id: 'a1', kind: 'audio', init: 'audio_init.m4s' },
      ],
      gaps: [{ kind: 'video', start_ms: 3000, duration_ms: 100, cause: 'loss' }],
      segments: [
        { number: 1, period: 0, start_ms: 0, duration_ms: 6000 },
        {
          number: 2,
          objects: [
            { track: 'v1', name: 'seg_0002.m4s', start_ticks: 540_000, duration_ticks: 540_000, independent: true },
            { track: 'a1', name: 'audio_seg_0002.m4s', sha256: segmentClosed(2, { startMs: 6000 }).objects[1]?.sha256 },
          ],
        },
      ],
    });
  });

  it('writes nothing for a directory without media', async () => {
    await using fixture = await startIndex();
    await fixture.index.openSession(sessionInput());

    await fixture.manifests.publish(DIRECTORY);

    await expect(readdir(join(fixture.root, DIRECTORY))).rejects.toThrow('ENOENT');
    expect((await served(fixture, 'manifest.mpd')).status).toBe(404);
  });

  it('leaves nothing of a session that ended before it got media', async () => {
    await using fixture = await startIndex();
    const { index, manifests } = fixture;
    manifests.setLive(DIRECTORY, true);
    await index.openSession(sessionInput());
    await manifests.publish(DIRECTORY);
    await index.setSessionState('s1', { state: 'completed', reason: 'base-dir-changed', endedAt: START });
    manifests.setLive(DIRECTORY, false);

    await manifests.publish(DIRECTORY);

    await expect(readdir(join(fixture.root, DIRECTORY))).rejects.toThrow('ENOENT');
    await expect((await served(fixture, 'manifest.mpd')).json()).resolves.toMatchObject({ code: 'object-not-found' });
    const entries = fixture.app.get(PlaybackEntriesService);
    await expect(entries.streams()).resolves.toEqual([]);
    await expect(entries.of('cam')).resolves.toEqual([]);
  });

  it('has no playlist of a kind that nobody sent', async () => {
    await using fixture = await startIndex();
    const { index, manifests } = fixture;
    await index.openSession(sessionInput());
    await index.commitTrack('s1', recordedTrack('a1'));
    await index.commitSegment(segmentClosed(1, { startMs: 0, trackIds: ['a1'] }));

    await manifests.publish(DIRECTORY);

    const names = await readdir(join(fixture.root, DIRECTORY));
    expect(names.sort()).toEqual(['audio.m3u8', 'index.m3u8', 'manifest.mpd', 'session_s1.json']);
    expect((await served(fixture, 'video.m3u8')).status).toBe(404);
  });

  it('grows while something records and ends when it ends', async () => {
    await using fixture = await startIndex();
    const { index, manifests } = fixture;
    manifests.setLive(DIRECTORY, true);
    const early = await served(fixture, 'manifest.mpd');
    expect([early.status, early.headers.get('cache-control')]).toEqual([404, 'no-store']);
    await expect(early.json()).resolves.toMatchObject({ code: 'object-not-committed' });

    await record(fixture, { segments: [1] });
    await manifests.publish(DIRECTORY);
    expect(await file(fixture, 'manifest.mpd')).toContain('type="dynamic"');
    expect(await (await served(fixture, 'video.m3u8')).text()).not.toContain('seg_0002.m4s');

    await index.commitSegment(segmentClosed(2, { startMs: 6000 }));
    await manifests.publish(DIRECTORY);
    const growing = await (await served(fixture, 'video.m3u8')).text();
    expect(growing).toContain('seg_0002.m4s');
    expect(growing).not.toContain('#EXT-X-ENDLIST');

    manifests.setLive(DIRECTORY, false);
    await manifests.publish(DIRECTORY);
    expect(await (await served(fixture, 'video.m3u8')).text()).toContain('#EXT-X-ENDLIST');
    expect(await (await served(fixture, 'manifest.mpd')).text()).toContain('type="static"');
  });

  it('tells players the time by the clock of what records, wherever the wall clock is set', async () => {
    await using fixture = await startIndex();
    const { manifests } = fixture;
    const toldTimes = async () => {
      const mpd = await (await served(fixture, 'manifest.mpd')).text();
      return [...mpd.matchAll(/(?:publishTime|value)="(2026-11-20T[^"]*)"/g)].map(([, time]) => time);
    };
    manifests.setLive(DIRECTORY, true, () => Date.parse('2026-11-20T12:00:10.000Z'));
    await record(fixture, { segments: [1] });
    await manifests.publish(DIRECTORY);
    expect(await toldTimes()).toEqual(['2026-11-20T12:00:10.000Z', '2026-11-20T12:00:10.000Z']);

    manifests.setLive(DIRECTORY, true, () => Date.parse('2026-11-20T13:00:00.000Z'));

    expect(await toldTimes()).toEqual(['2026-11-20T13:00:00.000Z', '2026-11-20T13:00:00.000Z']);
  });

  it('is whole after a segment came late or was lost', async () => {
    await using fixture = await startIndex();
    const { app, index, manifests, dataSource } = fixture;
    manifests.setLive(DIRECTORY, true);
    await record(fixture, { segments: [1] });
    await index.commitSegment(segmentClosed(3, { startMs: 12_000 }));
    await manifests.publish(DIRECTORY);
    const numbers = async () =>
      (await manifests.timeline(DIRECTORY)).periods.map(({ segments }) => segments.map(({ number }) => number));
    await expect(numbers()).resolves.toEqual([[1], [3]]);

    await index.commitSegment(segmentClosed(2, { startMs: 6000 }));
    await manifests.publish(DIRECTORY);
    await expect(numbers()).resolves.toEqual([[1, 2, 3]]);
    expect(await (await served(fixture, 'video.m3u8')).text()).toContain('seg_0002.m4s');

    for (const { objectKey } of segmentClosed(2, { startMs: 6000 }).objects) {
      const key = parseObjectKey(objectKey);
      await inTransaction(dataSource, (manager) => markObject(manager, app.get(OutboxService), key, true));
    }
    await manifests.publish(DIRECTORY);
    for (const [isLive, between] of [
      [true, ['#EXT-X-GAP', 'seg_0002.m4s']],
      [false, ['#EXT-X-DISCONTINUITY']],
    ] as const) {
      manifests.setLive(DIRECTORY, isLive);
      const playlist = await (await served(fixture, 'video.m3u8')).text();
      expect(playlist.match(/^(?:seg_|#EXT-X-DISCONTINUITY$|#EXT-X-GAP).*/gm)).toEqual([
        'seg_0001.m4s',
        ...between,
        'seg_0003.m4s',
      ]);
      const starts = (await (await served(fixture, 'manifest.mpd')).text()).matchAll(/<Period [^>]*start="([^"]+)"/g);
      expect([...starts].map(([, start]) => start)).toEqual(['PT0S', 'PT12S']);
    }
  });

  it('shows sessions of a directory back to back, each with its own file', async () => {
    await using fixture = await startIndex();
    const { index, manifests } = fixture;
    await record(fixture, { segments: [1, 2] });
    await index.setSessionState('s1', { state: 'completed', endedAt: START });
    const startedAt = new Date('2026-11-20T15:00:00Z');
    await record(fixture, { id: 's2', startedAt, segments: [3] });

    await manifests.publish(DIRECTORY);

    const { periods } = await manifests.timeline(DIRECTORY);
    expect(periods.map(({ startMs, startEpochMs }) => ({ startMs, startEpochMs }))).toEqual([
      { startMs: 0, startEpochMs: START.getTime() },
      { startMs: 12_000, startEpochMs: startedAt.getTime() },
    ]);
    const { segments } = JSON.parse(await file(fixture, 'session_s2.json')) as { segments: { number: number }[] };
    expect(segments.map(({ number }) => number)).toEqual([3]);
  });

  it('serves many calls by few runs, and each with what was there when it was made', async () => {
    await using fixture = await startIndex();
    const { index, manifests } = fixture;
    await record(fixture, { segments: [1] });

    const calls = [];
    for (let number = 2; number <= 10; number += 1) {
      await index.commitSegment(segmentClosed(number, { startMs: (number - 1) * 6000 }));
      calls.push(manifests.publish(DIRECTORY));
    }
    await calls.at(-1);

    expect(await file(fixture, 'video.m3u8')).toContain('seg_0010.m4s');
    await Promise.all(calls);
  });

  it('makes a manifest that lost its file again from the rows', async () => {
    await using fixture = await startIndex();
    await record(fixture, { segments: [1] });

    const answer = await served(fixture, 'manifest.mpd');

    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('type="static"');
  });

  it('shows a day of ten thousand segments without stopping everything else', async () => {
    await using fixture = await startIndex();
    const { index, manifests, dataSource } = fixture;
    await record(fixture, { segments: [1] });
    const count = 10_000;
    const rows = Array.from({ length: count - 1 }, (_, position): SegmentRow => {
      const number = position + 2;
      const startMs = (number - 1) * 6000;
      const { objects } = segmentClosed(number, { startMs });
      return {
        directory: DIRECTORY,
        number,
        sessionId: 's1',
        period: 0,
        startMs,
        durationMs: 6000,
        sizeBytes: 1000,
        state: 'local',
        releasedAt: null,
        lostTracks: null,
        lostBytes: 0,
        objects,
        createdAt: START,
      };
    });
    for (let row = 0; row < rows.length; row += 500) {
      await dataSource.manager.insert(SegmentRow, rows.slice(row, row + 500));
    }
    await dataSource.query(
      `UPDATE session_parts SET segment_count = ${String(count)}, end_ms = ${String(count * 6000)}`,
    );
    manifests.setLive(DIRECTORY, true);
    await manifests.publish(DIRECTORY);

    await index.commitSegment(segmentClosed(count + 1, { startMs: count * 6000 }));
    const startedAt = performance.now();
    await manifests.publish(DIRECTORY);
    const publishMs = performance.now() - startedAt;

    expect(await (await served(fixture, 'video.m3u8')).text()).toContain(`seg_${String(count + 1)}.m4s`);
    expect(publishMs).toBeLessThan(2000);
  });

  it('writes files of which one cannot be made no more often than the others may be', async () => {
    await using fixture = await startIndex();
    const { index, manifests, storage } = fixture;
    await record(fixture, { segments: [1, 2] });
    manifests.setLive(DIRECTORY, true);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1000);
    const write = storage.put.bind(storage);
    const put = jest
      .spyOn(storage, 'put')
      .mockImplementation((key, ...rest) =>
        key.endsWith('audio.m3u8') ? Promise.reject(new RangeError('too much')) : write(key, ...rest),
      );

    await expect(manifests.publish(DIRECTORY)).rejects.toThrow('too much');
    const written = put.mock.calls.length;
    await index.commitSegment(segmentClosed(3, { startMs: 12_000 }));
    await expect(manifests.publish(DIRECTORY)).rejects.toThrow('too much');

    expect(put.mock.calls.length).toBe(written);
    // What is served grows all the same.
    expect(await (await served(fixture, 'video.m3u8')).text()).toContain('seg_0003.m4s');
    put.mockRestore();
    clock.mockRestore();
    manifests.setLive(DIRECTORY, false);
    await manifests.publish(DIRECTORY);
    expect(await file(fixture, 'audio.m3u8')).toContain('audio_seg_0003.m4s');
  });

  it('serves what the rows say, and not what lies on a disk that takes no more', async () => {
    await using fixture = await startIndex();
    const { manifests, storage } = fixture;
    await record(fixture, { segments: [1, 2] });
    manifests.setLive(DIRECTORY, true);
    await manifests.publish(DIRECTORY);
    const put = jest.spyOn(storage, 'put').mockRejectedValue(new Error('ENOSPC: no space left on device, write'));

    manifests.setLive(DIRECTORY, false);
    await expect(manifests.publish(DIRECTORY)).rejects.toThrow('ENOSPC');

    expect(await file(fixture, 'manifest.mpd')).toContain('type="dynamic"');
    expect(await (await served(fixture, 'manifest.mpd')).text()).toContain('type="static"');
    expect(await (await served(fixture, 'video.m3u8')).text()).toContain('#EXT-X-ENDLIST');
    put.mockRestore();
    await manifests.publish(DIRECTORY);
    expect(await file(fixture, 'manifest.mpd')).toContain('type="static"');
  });
});
