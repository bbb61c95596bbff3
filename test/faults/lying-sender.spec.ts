import { readFile } from 'node:fs/promises';
import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { lies } from '../support/publishers/lies.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const SECONDS = 5;
/** Of a server that begins to record two streams it is 20 to 40 MB. */
const MOST_GROWTH_KB = 120 * 1024;
/** A burst of 30 Periods, one each two seconds, each with an init object; manifests. */
const MOST_OBJECTS = 100;
const MOST_LOG_LINES = 20;

interface Session {
  readonly stream: string;
  readonly state: string;
  readonly completeness: {
    readonly tracks: readonly {
      readonly kind: string;
      readonly packetsReceived: number;
      readonly packetsLost: number;
      readonly framesDropped: number;
    }[];
  };
}

async function residentKb(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);
}

/** Without what the test itself asks for, as often as it takes. */
const logLines = (server: TestServer): number =>
  server.log.split('\n').filter((line) => !line.includes('"method":"GET"')).length;

/** @returns the most memory that the server held while `publisher` sent */
async function greatestKbUntilEnded(server: TestServer, publisher: Publisher): Promise<number> {
  let greatestKb = 0;
  await until(async () => {
    greatestKb = Math.max(greatestKb, await residentKb(server.pid));
    return publisher.hasEnded;
  }, 'the liar has ended');
  return greatestKb;
}

async function expectWhole(server: TestServer, { owed }: Publisher): Promise<void> {
  await until(() => isFinished(server, 'honest'), 'the recording is finished');
  const recording = await StoredRecording.of(server, 'honest');
  expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(owed.video);
  expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(owed.audio);
  expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
}

async function objectsOf(server: TestServer, stream: string): Promise<string[]> {
  const entries = await server.get<unknown[]>(`/api/playback/${stream}`);
  return entries.length === 0 ? [] : (await StoredRecording.of(server, stream)).names();
}

describe('a sender that lies', () => {
  itWith('ffmpeg').each(Object.entries(lies))(
    'about %s takes little memory, few files and no log, and nothing from another stream',
    async (name, lie) => {
      await using server = await TestServer.start({ env: { AIRCHECK_ENGINE_WORKERS: '1' } });
      const media = await makeMedia({ seconds: SECONDS + 3 });
      await using honest = await Publisher.start('datachannel', { urls: [server.url('/whip/honest')], media });
      await pause(1500);
      const beforeKb = await residentKb(server.pid);
      const linesBefore = logLines(server);

      const order = { url: server.url('/whip/liar'), lie: name, seconds: SECONDS };
      await using liar = await Publisher.start('liar', order);
      const greatestKb = await greatestKbUntilEnded(server, liar);
      await liar.ended();
      await honest.ended();

      expect(greatestKb - beforeKb).toBeLessThan(MOST_GROWTH_KB);
      await expectWhole(server, honest);
      expect(logLines(server) - linesBefore).toBeLessThan(MOST_LOG_LINES);
      const objects = await objectsOf(server, 'liar');
      expect(objects.length).toBeLessThan(MOST_OBJECTS);
      expect(objects.length > 0).toBe(lie?.isRecorded);
      const { sessions } = await server.get<{ sessions: Session[] }>('/api/v1/sessions?stream=liar');
      for (const { state, completeness } of sessions) {
        expect(state).toBe('completed');
        const video = completeness.tracks.find(({ kind }) => kind === 'video');
        expect(video?.packetsReceived).toBeGreaterThan(0);
        if (lie?.isLeftOut === true)
          expect((video?.framesDropped ?? 0) + (video?.packetsLost ?? 0)).toBeGreaterThan(50);
      }
    },
  );
});
