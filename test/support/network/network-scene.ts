import { environmentOf, wantedCombination } from '../engine-combinations.js';
import { decodeErrors } from '../judges/ffmpeg.js';
import { makeMedia } from '../media.js';
import { Publisher, type PublisherOrder } from '../publisher.js';
import { type PlaybackEntry, StoredRecording, isFinished } from '../recording.js';
import { TestServer } from '../server.js';
import { decodeErrorsOfPeriods } from '../stored-periods.js';
import { until } from '../wait.js';
import type { PathConditions } from './network-path.js';
import { UdpRelay } from './udp-relay.js';

interface StreamView {
  readonly publish: { readonly sessions: readonly { readonly id: string; readonly state: string }[] };
  readonly codecs: readonly { readonly kind: string; readonly packetsLost: number; readonly packetsRepaired: number }[];
}

export interface SessionFile {
  readonly gaps: readonly {
    readonly kind: string;
    readonly start_ms: number;
    readonly duration_ms: number;
    readonly cause: string;
  }[];
}

/** A server behind a bad network, and one publisher on the other side of it. */
export class NetworkScene implements AsyncDisposable {
  private constructor(
    readonly relay: UdpRelay,
    readonly server: TestServer,
    readonly publisher: Publisher,
  ) {}

  /**
   * @param conditions from the first packet on, both ways
   * @param order more that the publisher is told
   * @param engine how the server hears and opens packets
   */
  static async start(
    seed: number,
    seconds: number,
    conditions: Partial<PathConditions> = {},
    order: Partial<PublisherOrder> = {},
    engine = wantedCombination,
  ): Promise<NetworkScene> {
    const relay = await UdpRelay.start({ seed });
    relay.become(conditions);
    const server = await TestServer.start({ env: { ...relay.serverEnvironment, ...environmentOf(engine) } });
    const media = await makeMedia({ seconds, gopFrames: 15 });
    const publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      ...order,
    });
    return new NetworkScene(relay, server, publisher);
  }

  stream(): Promise<StreamView> {
    return this.server.get<StreamView>('/api/streams/cam');
  }

  /** What the publisher's last seconds look like; before it has said goodbye. */
  async beforeTheEnd(): Promise<StreamView> {
    let last = await this.stream();
    await until(async () => {
      const response = await fetch(this.server.url('/api/streams/cam'));
      if (!response.ok) return true;
      const view = (await response.json()) as StreamView;
      if (view.codecs.length > 0) last = view;
      return view.codecs.length === 0;
    }, 'the publisher has left');
    return last;
  }

  async recording(): Promise<StoredRecording> {
    await this.publisher.ended();
    await until(() => isFinished(this.server, 'cam'), 'the recording is finished');
    return StoredRecording.of(this.server, 'cam');
  }

  async sessionFile(recording: StoredRecording): Promise<SessionFile> {
    const names = await recording.names();
    const [name = '', ...others] = names.filter((one) => one.startsWith('session_'));
    expect(others).toEqual([]);
    return JSON.parse(await recording.text(name)) as SessionFile;
  }

  /** @returns what FFmpeg could not decode, through DASH and Period by Period */
  async decodeErrors(recording: StoredRecording): Promise<string> {
    const manifest = this.server.url(`/api/record/object/${recording.entry.mpd_path}`);
    return (await decodeErrors(manifest)) + (await decodeErrorsOfPeriods(this.server, 'cam'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.publisher[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.relay[Symbol.asyncDispose]();
  }
}

export const hashes = async (recording: StoredRecording, kind: 'video' | 'audio'): Promise<string[]> =>
  (await recording.samples(kind)).map(({ hash }) => hash);

/** @returns indices in `sent` of what was stored; fails when something was altered, invented, repeated or moved */
export function places(stored: readonly string[], sent: readonly string[]): number[] {
  let from = 0;
  return stored.map((hash, index) => {
    const place = sent.indexOf(hash, from);
    if (place < 0) throw new Error(`Stored sample ${String(index)} was not sent after the one before it.`);
    from = place + 1;
    return place;
  });
}

export async function isOneRecording({ server }: NetworkScene, recording: StoredRecording): Promise<void> {
  const entries = await server.get<PlaybackEntry[]>('/api/playback/cam');
  expect(entries).toHaveLength(1);
  expect((await recording.names()).filter((name) => name.startsWith('session_'))).toHaveLength(1);
}

/** @returns where something is missing between two that are there */
export function holes(indices: readonly number[]): number[] {
  return indices.filter((place, i) => i > 0 && place !== (indices[i - 1] ?? 0) + 1);
}
