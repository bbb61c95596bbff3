/** What is live, and the calls that control it. */

import type { Access } from './access';
import { call, type Page, post, query, wordOf } from './call';
import { followEvents } from './event-stream';
import { messageOf, Refusal } from './explain';
import type { MediaKind } from './recorded';

export interface PeerSession {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly state: 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
  /** Undefined where the list does not tell. */
  readonly stats?: { readonly bitrate: number };
}

export interface LiveTrack {
  readonly kind: MediaKind;
  readonly codec: string;
  /** False for what is taken live only. */
  readonly recordable: boolean;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly framesPerSecond?: number;
  readonly bitrate: number;
  readonly packetsLost: number;
  readonly packetsRepaired: number;
  readonly jitterMs: number;
}

export interface LiveStream {
  readonly id: string;
  readonly publish: { readonly sessions: readonly PeerSession[] };
  readonly subscribe: { readonly sessions: readonly PeerSession[] };
  readonly codecs: readonly LiveTrack[];
  readonly stats: { readonly publish: { readonly bitrate: number } };
  readonly recording: boolean;
}

/** For those who may not follow the events of all streams. */
const POLL_MS = 2000;
const STREAM_NOT_FOUND = 'stream-not-found';

const name = encodeURIComponent;

export function isOpen({ state }: PeerSession): boolean {
  return state !== 'closed' && state !== 'failed';
}

/** The server lists ended sessions for a while; a recording whose publisher is away for a moment still counts as live. */
export function isLive({ publish, recording }: LiveStream): boolean {
  return recording || publish.sessions.some(isOpen);
}

export const readStream = (stream: string): Promise<LiveStream> => call(`/api/streams/${name(stream)}`);

export const startRecording = (stream: string): Promise<void> => post(`/api/record/${name(stream)}`, {});
export const stopRecording = (stream: string): Promise<void> =>
  call(`/api/record/${name(stream)}`, { method: 'DELETE' });

/** @returns false when no key frame came to go on with as another session */
export async function splitRecording(stream: string): Promise<boolean> {
  const path = `/api/v1/streams/${name(stream)}/recording/split`;
  const { sessionId } = await post<{ sessionId: string | null }>(path, {});
  return sessionId !== null;
}

export const sessionPath = (stream: string, session: string): string => `/session/${name(stream)}/${name(session)}`;

/** Ends a connection of whoever sends or watches a stream. */
export const kick = (stream: string, session: string): Promise<void> =>
  call(sessionPath(stream, session), { method: 'DELETE' });

/** @returns whether such a token shows what is live at all */
export function canListLive({ scope, rights }: Access): boolean {
  return rights.includes('watch') || (scope === 'stream' && rights.length > 0);
}

/**
 * Snapshots of the live streams that the token is for, as they change.
 *
 * @param onLost told why they cannot be had, undefined where the server does not answer, and null once they can
 * @returns a function that ends it
 */
export function watchStreams(
  access: Access,
  onStreams: (streams: readonly LiveStream[]) => void,
  onLost: (problem: string | undefined | null) => void,
): () => void {
  if (access.scope === 'all' && access.rights.includes('watch')) {
    return followEvents('/api/sse/streams', {
      onData: (text) => {
        onStreams(JSON.parse(text) as LiveStream[]);
      },
      onConnected: () => {
        onLost(null);
      },
      onLost,
    });
  }
  return poll(access.rights.includes('watch') ? listStreams : () => findStream(access.streams), onStreams, onLost);
}

function poll(
  read: () => Promise<readonly LiveStream[]>,
  onStreams: (streams: readonly LiveStream[]) => void,
  onLost: (problem: string | undefined | null) => void,
): () => void {
  let isEnded = false;
  let timer: number | undefined;
  const next = async (): Promise<void> => {
    const outcome = await read().then(
      (streams) => ({ streams, problem: null }),
      (failure: unknown) => ({ problem: failure instanceof Refusal ? messageOf(failure) : undefined }),
    );
    if (isEnded) return;
    onLost(outcome.problem);
    if ('streams' in outcome) onStreams(outcome.streams);
    timer = window.setTimeout(() => void next(), POLL_MS);
  };
  void next();
  return () => {
    isEnded = true;
    window.clearTimeout(timer);
  };
}

async function findStream(stream: string): Promise<LiveStream[]> {
  try {
    return [await readStream(stream)];
  } catch (failure) {
    if (failure instanceof Refusal && failure.code === STREAM_NOT_FOUND) return [];
    throw failure;
  }
}

const STREAMS = `query Streams($after: String) {
  streams(first: 200, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges {
      node {
        id
        isRecording
        bitrate
        publisher { id state createdAt }
        tracks {
          kind codec recordable width height framesPerSecond bitrate packetsLost packetsRepaired jitterMs
        }
      }
    }
  }
}`;

interface StreamNode {
  readonly id: string;
  readonly isRecording: boolean;
  readonly bitrate: number;
  readonly publisher: { readonly id: string; readonly state: string; readonly createdAt: string } | null;
  readonly tracks: readonly (Omit<LiveTrack, 'kind'> & { readonly kind: string })[];
}

/** GraphQL shows the streams that a token is for, REST shows all or none. */
async function listStreams(): Promise<LiveStream[]> {
  const found: LiveStream[] = [];
  for (let after: string | null = null; ;) {
    const { streams }: { readonly streams: Page<StreamNode> } = await query(STREAMS, { after });
    found.push(...streams.edges.map(({ node }) => streamOf(node)));
    if (!streams.pageInfo.hasNextPage) return found;
    after = streams.pageInfo.endCursor ?? null;
  }
}

function streamOf({ id, isRecording, bitrate, publisher, tracks }: StreamNode): LiveStream {
  const sessions = publisher === null ? [] : [publisher];
  return {
    id,
    recording: isRecording,
    stats: { publish: { bitrate } },
    publish: {
      sessions: sessions.map((session) => ({
        id: session.id,
        createdAt: Date.parse(session.createdAt),
        state: wordOf(session.state) as PeerSession['state'],
      })),
    },
    subscribe: { sessions: [] },
    codecs: tracks.map((track) => ({ ...track, kind: wordOf(track.kind) as MediaKind })),
  };
}
