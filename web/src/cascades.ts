import { call, post } from './call';

/** A stream's way from another server, or to it. */
export interface Cascade {
  readonly stream: string;
  readonly direction: 'pull' | 'push';
  readonly url: string;
  readonly state: 'connecting' | 'connected' | 'waiting';
  /** Code of the last failure, while it is not connected. */
  readonly error?: string;
}

/** Where a stream comes from by itself. */
export interface Source {
  readonly stream_id: string;
  readonly url: string;
  readonly state: 'Initializing' | 'Connected' | 'Disconnected' | 'Reconnecting' | 'Error';
  readonly on_demand: boolean;
  readonly configured: boolean;
  readonly error?: string;
}

export interface BetweenServers {
  /** Without those of sources. */
  readonly cascades: readonly Cascade[];
  readonly sources: readonly Source[];
}

/** What is to be begun: a pull, a push, or a source. */
export interface Order {
  readonly kind: 'pull' | 'push' | 'source';
  readonly stream: string;
  readonly url: string;
  readonly token: string;
}

/** @throws {Refusal} */
export async function readBetweenServers(): Promise<BetweenServers> {
  const [all, { sources }] = await Promise.all([
    call<readonly Cascade[]>('/api/cascade'),
    call<{ readonly sources: readonly Source[] }>('/api/sources'),
  ]);
  const isOfSource = ({ stream, direction }: Cascade): boolean =>
    direction === 'pull' && sources.some(({ stream_id }) => stream_id === stream);
  return { cascades: all.filter((one) => !isOfSource(one)), sources };
}

/** @returns once the other server has answered @throws {Refusal} */
export async function begin({ kind, stream, url, token }: Order): Promise<void> {
  const name = encodeURIComponent(stream);
  if (kind === 'source') await post(`/api/sources/${name}`, { url: withToken(url, token) });
  else await post(`/api/cascade/${name}`, { token, [kind === 'pull' ? 'sourceUrl' : 'targetUrl']: url });
}

/** @throws {Refusal} */
export async function end(kind: 'cascade' | 'sources', stream: string): Promise<void> {
  await call(`/api/${kind}/${encodeURIComponent(stream)}`, { method: 'DELETE' });
}

/** A source has its token in front of the host. */
function withToken(text: string, token: string): string {
  return token === '' ? text : text.replace(/^(\w+:\/\/)/, `$1${encodeURIComponent(token)}@`);
}
