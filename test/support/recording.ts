import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type StoredSample, readSamples } from './judges/mediabunny.js';
import type { TestServer } from './server.js';

export interface PlaybackEntry {
  readonly record: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly mpd_path: string;
  readonly duration_ms: number;
}

const PREFIX = { video: '', audio: 'audio_' } as const;

/** A recording as it lies on the disk, found through the index. */
export class StoredRecording {
  private constructor(
    private readonly folder: string,
    readonly entry: PlaybackEntry,
  ) {}

  /** The stream's newest day. */
  static async of(server: TestServer, stream: string, root = server.recordings): Promise<StoredRecording> {
    const entries = await server.get<PlaybackEntry[]>(`/api/playback/${stream}`);
    const entry = entries.at(-1);
    if (entry === undefined) throw new Error(`Nothing was recorded of ${stream}.`);
    return StoredRecording.at(root, entry);
  }

  /** One that a list named. */
  static at(root: string, entry: PlaybackEntry): StoredRecording {
    return new StoredRecording(join(root, dirname(entry.mpd_path)), entry);
  }

  /** Names of the segment files of a track, in order of their numbers. */
  async segmentNames(kind: 'video' | 'audio'): Promise<string[]> {
    const names = await this.names();
    const pattern = new RegExp(`^${PREFIX[kind]}seg_\\d+\\.m4s$`);
    return names.filter((name) => pattern.test(name)).sort();
  }

  /** Of all objects in the folder. */
  names(): Promise<string[]> {
    return readdir(this.folder);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  text(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** All samples that were received, of a track that kept its first parameters throughout. */
  async samples(
    kind: 'video' | 'audio',
    isWanted: (segmentName: string) => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<StoredSample[]> {
    const read = (name: string): Promise<Buffer> => readFile(this.path(name));
    const segments: Buffer[] = [];
    for (const name of await this.segmentNames(kind)) if (await isWanted(name)) segments.push(await read(name));
    const samples = await readSamples(await read(`${PREFIX[kind]}init.m4s`), segments);
    return samples.filter(({ isConcealing }) => !isConcealing);
  }
}

/** The stream is not recorded any more, something was, and the index has all of it. */
export async function isFinished(server: TestServer, stream: string): Promise<boolean> {
  const { recording } = await server.get<{ recording: boolean }>(`/api/record/${stream}`);
  const entries = await server.get<PlaybackEntry[]>(`/api/playback/${stream}`);
  const { sessions } = await server.get<{ sessions: { endedAt: string | null }[] }>(
    `/api/v1/sessions?stream=${encodeURIComponent(stream)}`,
  );
  return !recording && entries.length > 0 && sessions.every(({ endedAt }) => endedAt !== null);
}

/** Id of the stream's newest session. */
export async function newestSession(server: TestServer, stream: string): Promise<string> {
  const { sessions } = await server.get<{ sessions: { id: string }[] }>(`/api/v1/sessions?stream=${stream}`);
  const [newest] = sessions;
  if (newest === undefined) throw new Error(`Nothing was recorded of ${stream}.`);
  return newest.id;
}
