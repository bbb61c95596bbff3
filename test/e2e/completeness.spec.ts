import { launchChromium } from '../support/browser.js';
import { makeMedia } from '../support/media.js';
import { UdpRelay } from '../support/network/udp-relay.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

interface Track {
  readonly kind: 'video' | 'audio';
  readonly packetsReceived: number;
  readonly packetsRepaired: number;
  readonly packetsLost: number;
  readonly framesRecorded: number;
  readonly gapCount: number;
  readonly gapMs: number;
}

interface Session {
  readonly id: string;
  readonly state: string;
  readonly lengthMs: number;
  readonly completeness: {
    readonly coveredPercent: number;
    readonly gapCount: number;
    readonly gapMs: number;
    readonly causes: readonly { readonly cause: string }[];
    readonly tracks: readonly Track[];
  };
}

interface SessionDetails extends Session {
  readonly gaps: readonly { readonly kind: string; readonly durationMs: number; readonly cause: string }[];
}

const trackOf = ({ completeness }: Session, kind: string): Track => {
  const track = completeness.tracks.find((one) => one.kind === kind);
  if (track === undefined) throw new Error(`Nothing is known of ${kind}.`);
  return track;
};

async function onlySession(server: TestServer): Promise<SessionDetails> {
  const { sessions } = await server.get<{ sessions: Session[] }>('/api/v1/sessions?stream=cam');
  expect(sessions).toHaveLength(1);
  const details = await server.get<SessionDetails>(`/api/v1/sessions/${sessions[0]?.id ?? ''}`);
  expect(details).toMatchObject(sessions[0] ?? {});
  return details;
}

/** A tenth is lost on the way; where the publisher cannot repeat, for good. */
async function publishBadly(relay: UdpRelay, server: TestServer, seconds: number): Promise<Publisher> {
  for (const path of [relay.toServer, relay.toPublisher]) path.become({ lossPercent: 10, delayMs: 10 });
  const media = await makeMedia({ seconds, gopFrames: 15 });
  return Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
}

describe('how complete a recording is', () => {
  itWith('ffmpeg', 'chromium')('is told over a bad network, a crash and a new publisher, and shown', async () => {
    await using relay = await UdpRelay.start({ seed: 11 });
    const env = { ...relay.serverEnvironment, AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' };
    await using server = await TestServer.start({ env });
    await using before = await publishBadly(relay, server, 20);
    await until(async () => trackOf(await onlySession(server), 'video').packetsReceived > 150, 'something is counted');
    await pause(1000);
    await server.kill();
    await before.kill();
    await server.start();

    const atRestart = await onlySession(server);
    expect(atRestart.state).toBe('interrupted');
    expect(trackOf(atRestart, 'video').packetsReceived).toBeGreaterThan(150);
    await using after = await publishBadly(relay, server, 4);
    await after.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    const session = await onlySession(server);
    const recording = await StoredRecording.of(server, 'cam');
    for (const kind of ['video', 'audio'] as const) {
      const [then, now] = [trackOf(atRestart, kind), trackOf(session, kind)];
      expect(now.framesRecorded).toBe((await recording.samples(kind)).length);
      expect(now.packetsReceived).toBeGreaterThanOrEqual(then.packetsReceived + after.sent[kind].length * 0.8);
      expect(now.gapMs).toBe(
        session.gaps.filter((gap) => gap.kind === kind).reduce((sum, { durationMs }) => sum + durationMs, 0),
      );
    }
    expect(trackOf(session, 'video').packetsRepaired).toBeGreaterThan(trackOf(atRestart, 'video').packetsRepaired);
    // libdatachannel offers no NACK for audio.
    expect(trackOf(session, 'audio').packetsLost).toBeGreaterThan(trackOf(atRestart, 'audio').packetsLost);
    expect(new Set(session.completeness.causes.map(({ cause }) => cause))).toEqual(new Set(['loss', 'publisher-away']));
    const { coveredPercent, gapCount, gapMs } = session.completeness;
    expect(coveredPercent).toBeCloseTo(100 * (1 - gapMs / session.lengthMs), 2);

    const file: unknown = JSON.parse(await recording.text(`session_${session.id}.json`));
    expect(file).toMatchObject({ completeness: { covered_percent: coveredPercent, gap_count: gapCount } });

    await using browser = await launchChromium();
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
    ]) {
      const page = await browser.newPage({ viewport });
      await page.goto(server.url('/'));
      const row = page.getByRole('region', { name: 'Recordings' }).getByRole('listitem');
      await row.getByText(/^\d+(\.\d+)? % — \d+ gaps, .*: .*publisher away/).click();
      const repaired = trackOf(session, 'video').packetsRepaired.toLocaleString('en-US');
      await row.getByRole('row', { name: `of them repaired ${repaired} 0`, exact: true }).waitFor();
      await row.getByText(/· video · .* · publisher away/).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
      const folder = process.env['AIRCHECK_SCREENSHOTS'];
      if (folder !== undefined)
        await page.screenshot({ path: `${folder}/completeness-${viewport.width}.png`, fullPage: true });
    }
  });

  itWith('ffmpeg')('is complete where nothing was lost', async () => {
    await using server = await TestServer.start();
    const media = await makeMedia({ seconds: 3 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    const { completeness, gaps } = await onlySession(server);

    expect(completeness).toMatchObject({ coveredPercent: 100, gapCount: 0, gapMs: 0, causes: [] });
    expect(gaps).toEqual([]);
    for (const { kind, packetsLost, framesRecorded } of completeness.tracks) {
      expect({ kind, packetsLost, framesRecorded }).toEqual({
        kind,
        packetsLost: 0,
        framesRecorded: publisher.owed[kind].length,
      });
    }
  });
});
