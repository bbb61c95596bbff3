import { readFile } from 'node:fs/promises';
import { wholeBoxTypes } from '../support/judges/boxes.js';
import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { type PlaybackEntry, StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';
import { INSPECTABLE, endWorker } from '../support/worker-killer.js';

/** So many that each of two workers gets some, however loaded one of them is from elsewhere. */
const STREAMS = Array.from({ length: 8 }, (_, number) => `cam-${number}`);
const SECOND_OF_PICTURES = 30;

interface StreamView {
  readonly publish: { readonly sessions: readonly { readonly state: string }[] };
}

async function isConnected(server: TestServer, stream: string): Promise<boolean> {
  const response = await fetch(server.url(`/api/streams/${stream}`));
  if (!response.ok) return false;
  const { publish } = (await response.json()) as StreamView;
  return publish.sessions.some(({ state }) => state === 'connected');
}

const pictures = async (recording: StoredRecording): Promise<string[]> =>
  (await recording.samples('video')).map(({ hash }) => hash);

describe('an engine worker that ends', () => {
  itWith('ffmpeg')('takes its own streams with it, whose recordings go on when their publishers are back', async () => {
    await using server = await TestServer.start({ env: { AIRCHECK_ENGINE_WORKERS: '2', ...INSPECTABLE } });
    const media = await makeMedia({ seconds: 25, gopFrames: 30 });
    const publish = (stream: string): Promise<Publisher> =>
      Publisher.start('datachannel', { urls: [server.url(`/whip/${stream}`)], media });
    await using cleanUp = new AsyncDisposableStack();
    const publishers = new Map<string, Publisher>();
    for (const stream of STREAMS) publishers.set(stream, cleanUp.use(await publish(stream)));
    await pause(4000);

    const endedAtMs = performance.now();
    await endWorker(server, 'aircheck-engine-0');
    const connected = async (): Promise<string[]> => {
      const states = await Promise.all(STREAMS.map((stream) => isConnected(server, stream)));
      return STREAMS.filter((_, i) => states[i]);
    };
    await until(async () => (await connected()).length < STREAMS.length, 'streams are lost');
    const left = await connected();
    const kept = left[0] ?? '';
    const lost = STREAMS.find((stream) => !left.includes(stream)) ?? '';
    const [victim, survivor] = [publishers.get(lost), publishers.get(kept)];
    if (victim === undefined || survivor === undefined) throw new Error('Both workers have streams.');
    await victim.kill();
    expect(await server.get(`/api/record/${lost}`)).toEqual({ recording: true });

    await using returned = await publish(lost);
    await survivor.ended();
    await returned.ended();
    for (const stream of [lost, kept]) await until(() => isFinished(server, stream), `${stream} is finished`);

    expect(await pictures(await StoredRecording.of(server, kept))).toEqual(survivor.sent.video);
    const recording = await StoredRecording.of(server, lost);
    const stored = await pictures(recording);
    const before = stored.slice(0, stored.length - returned.sent.video.length);
    expect(stored.slice(before.length)).toEqual(returned.sent.video);
    expect(before).toEqual(victim.sent.video.slice(0, before.length));
    const sentBefore = victim.sentAtMs.video.filter((atMs) => atMs < endedAtMs).length;
    expect(sentBefore - before.length).toBeLessThanOrEqual(SECOND_OF_PICTURES);
    expect(await server.get<PlaybackEntry[]>(`/api/playback/${lost}`)).toHaveLength(1);
    expect((await recording.names()).filter((name) => name.startsWith('session_'))).toHaveLength(1);
    // The segment that had begun less than a second before, if one had: what it lacks is counted above.
    for (const name of (await recording.names()).filter((one) => one.endsWith('.quarantined')))
      expect(wholeBoxTypes(await readFile(recording.path(name)))).not.toContain('mdat');
    expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
    expect(await decodeErrorsOfPeriods(server, lost)).toBe('');
    expect((await fetch(server.url('/readyz'))).status).toBe(200);
  });
});
