import { NetworkScene, hashes, holes, isOneRecording, places } from '../support/network/network-scene.js';
import type { StoredRecording } from '../support/recording.js';
import { judgePeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

/** From the network's return to the first key frame: a publisher that was lost needs some seconds to come back. */
const LONGEST_RETURN_MS = 12_000;
/** By the publisher's own clock: it sends a frame of each kind so often. */
const FRAME_MS = { video: 1000 / 30, audio: 20 };
const KINDS = ['video', 'audio'] as const;
type Kind = (typeof KINDS)[number];

interface Session {
  readonly id: string;
  readonly gaps: readonly { readonly kind: string; readonly durationMs: number; readonly cause: string }[];
}

async function onlySession({ server }: NetworkScene): Promise<Session> {
  const { sessions } = await server.get<{ sessions: Session[] }>('/api/v1/sessions?stream=cam');
  expect(sessions).toHaveLength(1);
  return server.get<Session>(`/api/v1/sessions/${sessions[0]?.id ?? ''}`);
}

/** @returns of the WHIP session that media comes by */
async function connectedId(scene: NetworkScene): Promise<string> {
  let id: string | undefined;
  await until(async () => {
    id = (await scene.stream()).publish.sessions.find(({ state }) => state === 'connected')?.id;
    return id !== undefined;
  }, 'the publisher is connected');
  return id ?? '';
}

/** Nothing gets through for `outageMs`. @returns WHIP sessions before and after */
async function outage(scene: NetworkScene, outageMs: number): Promise<readonly [before: string, after: string]> {
  const before = await connectedId(scene);
  scene.relay.become({ isDown: true });
  await pause(outageMs);
  scene.relay.become({});
  return [before, await connectedId(scene)];
}

/** @returns how long the publisher sent what was not kept, between two frames that were, by its own clock */
async function missingMs({ publisher }: NetworkScene, recording: StoredRecording, kind: Kind): Promise<number> {
  const kept = places(await hashes(recording, kind), publisher.sent[kind]);
  const [after = 0, ...others] = holes(kept);
  expect(others).toEqual([]);
  expect(kept.at(-1)).toBe(publisher.sent[kind].length - 1);
  const last = kept[kept.indexOf(after) - 1] ?? 0;
  return (after - last - 1) * FRAME_MS[kind];
}

/** One session with one gap per kind that is as long as what is missing, and two Periods that decode. */
async function expectOneGap(scene: NetworkScene, recordingId: string, outageMs: number): Promise<void> {
  const recording = await scene.recording();
  await isOneRecording(scene, recording);
  const session = await onlySession(scene);
  expect(session.id).toBe(recordingId);
  const { gaps } = await scene.sessionFile(recording);
  expect(gaps.map(({ kind, cause }) => [kind, cause]).sort()).toEqual([
    ['audio', 'publisher-away'],
    ['video', 'publisher-away'],
  ]);
  for (const kind of KINDS) {
    const sentMs = await missingMs(scene, recording, kind);
    expect(sentMs).toBeGreaterThan(outageMs - FRAME_MS[kind]);
    expect(sentMs).toBeLessThan(outageMs + LONGEST_RETURN_MS);
    const { start_ms: startMs = 0, duration_ms: durationMs = 0 } = gaps.find((one) => one.kind === kind) ?? {};
    expect(Math.abs(durationMs - sentMs)).toBeLessThanOrEqual(FRAME_MS[kind]);
    const told = { durationMs, cause: 'publisher-away' };
    expect(session.gaps.filter((one) => one.kind === kind)).toEqual([expect.objectContaining(told)]);

    const periods = await judgePeriods(scene.server, 'cam', kind);
    expect(periods.map(({ errors }) => errors)).toEqual(['', '']);
    expect(periods.map(({ samples }) => samples[0]?.isKeyframe)).toEqual([true, true]);
    const [first, second] = periods;
    expect(Math.abs((first?.endSeconds ?? 0) * 1000 - startMs)).toBeLessThanOrEqual(1);
    expect(Math.abs((second?.startSeconds ?? 0) * 1000 - startMs - durationMs)).toBeLessThanOrEqual(1);
  }
}

describe('a network that is gone', () => {
  // libdatachannel gives a connection up 30 s after the last answer.
  itWith('ffmpeg')(
    'for 30 s, so that the publisher publishes anew: one session, one gap to the next key frame, right to a frame',
    async () => {
      await using scene = await NetworkScene.start(23, 52, {}, { reconnects: true });
      await pause(8_000);
      const { id } = await onlySession(scene);

      const [before, after] = await outage(scene, 30_000);

      expect(after).not.toBe(before);
      await expectOneGap(scene, id, 30_000);
    },
  );

  itWith('ffmpeg')(
    'for 12 s, so that the same connection goes on: one session, one gap to the next key frame, right to a frame',
    async () => {
      await using scene = await NetworkScene.start(24, 24);
      await pause(5_000);
      const { id } = await onlySession(scene);

      const [before, after] = await outage(scene, 12_000);

      expect(after).toBe(before);
      await expectOneGap(scene, id, 12_000);
    },
  );
});
