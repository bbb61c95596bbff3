import { FrontDoor } from '../support/network/front-door.js';
import { readSamples, type StoredSample } from '../support/judges/mediabunny.js';
import { makeMedia } from '../support/media.js';
import { PostgresServer } from '../support/postgres-server.js';
import { Publisher, type SentOnConnection } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { S3Server } from '../support/s3-server.js';
import '../support/second-try.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const STREAMS = Array.from({ length: 20 }, (_, index) => `cam-${String(index)}`);
/** Longer than any machine needs. */
const LOOPS = 10;
const KINDS = ['video', 'audio'] as const;
/** What is on its way from a sender into the recording of a busy machine. */
const UNDER_WAY_MS = 1000;
const WAIT_MS = 60_000;

interface Session {
  readonly id: string;
  readonly node: string;
  readonly state: string;
  readonly reason: string;
  readonly directories: readonly string[];
}

interface SessionFile {
  readonly tracks: readonly { readonly id: string; readonly kind: string; readonly init: string }[];
  readonly segments: readonly { readonly objects: readonly { readonly track: string; readonly name: string }[] }[];
}

type Stored = Readonly<Record<(typeof KINDS)[number], readonly StoredSample[]>>;

const sessionsOf = async (server: TestServer, stream: string): Promise<readonly Session[]> =>
  (await server.get<{ sessions: Session[] }>(`/api/v1/sessions?stream=${stream}`)).sessions;

/** What the node of `server` gives of a session, whoever recorded it. */
async function storedBy(server: TestServer, { id, directories }: Session): Promise<Stored> {
  const bytes = async (name: string): Promise<Buffer> => {
    const response = await fetch(server.url(`/api/record/object/${directories[0] ?? ''}/${name}`));
    if (!response.ok) throw new Error(`${name} → ${String(response.status)}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const file = JSON.parse((await bytes(`session_${id}.json`)).toString()) as SessionFile;
  const read = async (kind: string): Promise<StoredSample[]> => {
    const track = file.tracks.find((one) => one.kind === kind);
    const objects = file.segments.flatMap((segment) => segment.objects).filter((one) => one.track === track?.id);
    const segments = await Promise.all(objects.map(({ name }) => bytes(name)));
    const samples = await readSamples(await bytes(track?.init ?? ''), segments);
    return samples.filter(({ isConcealing }) => !isConcealing);
  };
  return { video: await read('video'), audio: await read('audio') };
}

async function waitingUploads(server: TestServer): Promise<number> {
  const { jobs } = await server.get<{ jobs: { pending: { count: number }[] } }>('/api/v1/storage');
  return jobs.pending.reduce((sum, { count }) => sum + count, 0);
}

const hashesOf = (frames: readonly { readonly hash: string }[]): string[] => frames.map(({ hash }) => hash);

/** A node that goes has everything from the first key frame on that was sent before it was told to go. */
function expectUntil(goneAtMs: number, stored: Stored, sent: SentOnConnection): void {
  for (const kind of KINDS) {
    const sentBefore = sent[kind].filter(({ atMs }) => atMs < goneAtMs - UNDER_WAY_MS).length;
    const hashes = hashesOf(stored[kind]);
    const first = sent[kind].findIndex(({ hash }) => hash === hashes[0]);
    expect(hashes).toEqual(hashesOf(sent[kind]).slice(first, first + hashes.length));
    expect(first + hashes.length).toBeGreaterThanOrEqual(sentBefore);
  }
  expect(stored.video[0]?.isKeyframe).toBe(true);
}

/** The node that takes over has everything from the first key frame on. */
function expectFromKeyFrame(stored: Stored, sent: SentOnConnection): void {
  for (const kind of KINDS) {
    expect(stored[kind].length).toBeGreaterThan(0);
    expect(hashesOf(stored[kind])).toEqual(hashesOf(sent[kind]).slice(-stored[kind].length));
  }
  expect(stored.video[0]?.isKeyframe).toBe(true);
}

describeWith(
  'postgres',
  'minio',
  'ffmpeg',
)('a rolling update of a node with 20 recordings', () => {
  it('loses nothing but the announced reconnect gap', async () => {
    await using postgres = await PostgresServer.start();
    await using s3 = await S3Server.start();
    const env = {
      ...s3.settings(),
      AIRCHECK_DATABASE_URL: postgres.url(await postgres.createDatabase()),
      AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2',
    };
    await using old = await TestServer.start({ env: { ...env, AIRCHECK_RECORDER_NODE_ALIAS: 'old' } });
    await using other = await TestServer.start({ env: { ...env, AIRCHECK_RECORDER_NODE_ALIAS: 'other' } });
    await using door = await FrontDoor.open(old.url('/'));
    const media = await makeMedia({
      seconds: 60,
      size: '160x90',
      bitrateKbps: 60,
      gopFrames: 30,
    });
    await using publisher = await Publisher.start('datachannel', {
      urls: STREAMS.map((stream) => door.url(`/whip/${stream}`)),
      media,
      loops: LOOPS,
      names: true,
      reconnects: true,
      isPatient: true,
    });
    await until(
      async () => (await old.get<{ sessions: object[] }>('/api/v1/sessions')).sessions.length === STREAMS.length,
      'all are recorded',
      WAIT_MS,
    );
    await pause(3000);

    expect(await old.post('/api/v1/drain', {})).toEqual({ draining: true, publishers: 20 });
    // Whoever comes before the load balancer knows is told to come again later.
    await using late = Publisher.begin({
      urls: [door.url('/whip/late')],
      media,
      loops: LOOPS,
      names: true,
      isPatient: true,
    });
    await late.refused();
    door.leadTo(other.url('/'));
    const goneAtMs = performance.now();
    expect(await old.terminate()).toBe(0);

    const isRecordedByOther = async (stream: string): Promise<boolean> =>
      (await sessionsOf(other, stream)).some(({ node, state }) => node === 'other' && state === 'recording');
    for (const stream of STREAMS) await until(() => isRecordedByOther(stream), `${stream} is recorded again`, WAIT_MS);
    // Replaced: what it could not upload in time goes now.
    await old.start();
    await late.connected();
    await until(() => isRecordedByOther('late'), 'the late one is recorded', WAIT_MS);
    await pause(3000);
    await Promise.all([publisher.end(), late.end()]);
    for (const stream of [...STREAMS, 'late'])
      await until(() => isFinished(other, stream), `${stream} is finished`, WAIT_MS);
    await until(async () => (await waitingUploads(other)) === 0, 'everything is in the bucket', WAIT_MS);

    for (const [place, stream] of STREAMS.entries()) {
      const [first, last] = [publisher.connectionsOf(place)[0], publisher.connectionsOf(place).at(-1)];
      if (first === undefined || last === undefined) throw new Error(`${stream} sent nothing.`);
      const sessions = await sessionsOf(other, stream);
      const [after, before] = sessions;
      expect(sessions).toMatchObject([
        { node: 'other', state: 'completed', reason: 'publisher-left' },
        { node: 'old', state: 'completed', reason: 'node-stopped' },
      ]);
      if (before === undefined || after === undefined) throw new Error(`${stream} was not recorded twice.`);
      expectUntil(goneAtMs, await storedBy(other, before), first);
      expectFromKeyFrame(await storedBy(other, after), last);
    }
    const [session] = await sessionsOf(other, 'late');
    const [sent] = late.connectionsOf(0);
    if (session === undefined || sent === undefined) throw new Error('The late one was not recorded.');
    expectFromKeyFrame(await storedBy(other, session), sent);
  });
});
