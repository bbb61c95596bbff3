import { readFile } from 'node:fs/promises';
import { type StoredSample, readSamples } from './judges/mediabunny.js';
import type { StoredRecording } from './recording.js';

type Kind = 'video' | 'audio';

/** What `session_<id>.json` says. */
interface SessionFile {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly started_at: string;
  readonly tracks: readonly { readonly id: string; readonly kind: Kind; readonly init: string }[];
  readonly segments: readonly {
    readonly number: number;
    readonly period: number;
    readonly objects: readonly { readonly track: string; readonly name: string }[];
  }[];
}

/** One session of a directory, of one set of parameters, by its session file. */
export class StoredSession {
  private constructor(
    readonly file: SessionFile,
    private readonly recording: StoredRecording,
  ) {}

  /** Those that are completed, in the order of their segments; those without any first. */
  static async completedIn(recording: StoredRecording): Promise<StoredSession[]> {
    const names = (await recording.names()).filter((name) => name.startsWith('session_'));
    const files = await Promise.all(names.map(async (name) => JSON.parse(await recording.text(name)) as SessionFile));
    return files
      .filter(({ state }) => state === 'completed')
      .sort((a, b) => (a.segments[0]?.number ?? 0) - (b.segments[0]?.number ?? 0))
      .map((file) => new StoredSession(file, recording));
  }

  /** Paths of the init and the segments of one kind. */
  paths(kind: Kind): string[] {
    const track = this.file.tracks.find((one) => one.kind === kind);
    const objects = this.file.segments.flatMap((segment) => segment.objects).filter((one) => one.track === track?.id);
    return [track?.init ?? '', ...objects.map(({ name }) => name)].map((name) => this.recording.path(name));
  }

  async samples(kind: Kind): Promise<StoredSample[]> {
    const [init, ...segments] = await Promise.all(this.paths(kind).map((path) => readFile(path)));
    return init === undefined || segments.length === 0 ? [] : readSamples(init, segments);
  }
}
