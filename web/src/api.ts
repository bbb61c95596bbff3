/** The calls of the page, in the shapes of the server's HTTP interface. */

interface Session {
  readonly id: string;
  readonly state: 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
}

interface StreamCodec {
  readonly kind: 'video' | 'audio';
  readonly codec: string;
  /** False for what is taken live only. */
  readonly recordable: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly framesPerSecond?: number;
}

export interface LiveStream {
  readonly id: string;
  readonly createdAt: number;
  readonly publish: { readonly leaveAt: number; readonly sessions: readonly Session[] };
  readonly codecs: readonly StreamCodec[];
  readonly stats: { readonly publish: { readonly bitrate: number } };
  readonly recording: boolean;
}

export interface RecordingEntry {
  readonly record: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly mpd_path: string;
  readonly duration_ms: number;
}

interface StartedRecording {
  readonly mpd_path: string;
}

/** The server lists ended sessions for a while; a recording whose publisher is away for a moment still counts as live. */
export function isLive({ publish, recording }: LiveStream): boolean {
  return recording || publish.sessions.some(({ state }) => state !== 'closed' && state !== 'failed');
}

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(await explain(response));
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** @returns the `detail` of a problem document, or the status when the answer is none */
export async function explain(response: Response): Promise<string> {
  try {
    const { detail } = (await response.json()) as { detail?: string };
    return detail ?? `The server answered ${response.status}.`;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

const name = encodeURIComponent;

export const listRecordedStreams = (): Promise<string[]> => call('/api/playback');
export const listRecordings = (stream: string): Promise<RecordingEntry[]> => call(`/api/playback/${name(stream)}`);
export const stopRecording = (stream: string): Promise<void> =>
  call(`/api/record/${name(stream)}`, { method: 'DELETE' });
export const startRecording = (stream: string): Promise<StartedRecording> =>
  call(`/api/record/${name(stream)}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });

/** Where a player finds an object of a recording. */
export function objectUrl(manifestKey: string, file: 'manifest.mpd' | 'index.m3u8'): string {
  const folder = manifestKey.slice(0, manifestKey.lastIndexOf('/') + 1);
  return `/api/record/object/${`${folder}${file}`.split('/').map(name).join('/')}`;
}

/** Snapshots of all live streams as they change. @returns a function that ends it */
export function watchStreams(
  onStreams: (streams: LiveStream[]) => void,
  onConnected: (connected: boolean) => void,
): () => void {
  const source = new EventSource('/api/sse/streams');
  source.onopen = () => {
    onConnected(true);
  };
  source.onerror = () => {
    onConnected(false);
  };
  source.onmessage = ({ data }: MessageEvent<string>) => {
    onStreams(JSON.parse(data) as LiveStream[]);
  };
  return () => {
    source.close();
  };
}
