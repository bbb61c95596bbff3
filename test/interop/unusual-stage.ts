import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPeriods, savePeriod } from '../support/judges/periods.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { until } from '../support/wait.js';

interface Unrecorded {
  readonly kind: 'video' | 'audio';
  readonly codec: string;
  readonly reason: string;
}

interface SessionFile {
  readonly unrecorded: readonly Unrecorded[];
  readonly completeness: { readonly tracks: readonly { readonly kind: string; readonly frames_recorded: number }[] };
}

/** One server for senders that take turns, and a folder for what the judges look at. */
export class UnusualStage implements AsyncDisposable {
  private streams = 0;

  private constructor(
    readonly server: TestServer,
    private readonly folder: string,
  ) {}

  static async start(): Promise<UnusualStage> {
    return new UnusualStage(await TestServer.start(), await mkdtemp(join(tmpdir(), 'aircheck-unusual-')));
  }

  /** @returns a name that no sender has had */
  nextStream(): string {
    return `unusual-${++this.streams}`;
  }

  whipUrl(stream: string): string {
    return this.server.url(`/whip/${stream}`);
  }

  /** Waits for the end of the recording. @returns a file for each Period of the track, none for a track it does not have */
  async periods(stream: string, kind: 'video' | 'audio'): Promise<string[]> {
    await until(() => isFinished(this.server, stream), `${stream} is finished`);
    const periods = await readPeriods(this.server, stream, kind);
    return Promise.all(
      periods.map((period, index) => savePeriod(period, this.folder, `${stream}-${kind}-${index + 1}`)),
    );
  }

  /** What the session file says is not in the recording. */
  async unrecorded(stream: string): Promise<readonly Unrecorded[]> {
    return (await this.sessionFile(stream)).unrecorded;
  }

  /** What the session file counts of a kind: frames that were received and are in the recording. */
  async framesRecorded(stream: string, kind: 'video' | 'audio'): Promise<number | undefined> {
    const { tracks } = (await this.sessionFile(stream)).completeness;
    return tracks.find((track) => track.kind === kind)?.frames_recorded;
  }

  private async sessionFile(stream: string): Promise<SessionFile> {
    const recording = await StoredRecording.of(this.server, stream);
    const name = (await recording.names()).find((candidate) => candidate.startsWith('session_')) ?? '';
    return JSON.parse(await recording.text(name)) as SessionFile;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true });
  }
}
