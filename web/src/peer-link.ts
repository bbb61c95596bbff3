import { request } from './credentials';
import { refusalOf } from './explain';

export type LinkState = 'connecting' | 'live' | 'reconnecting' | 'ended';

const RETRY_MS = 3000;

/** A connection by WHIP or WHEP (RFC 9725), which comes back by itself when the network goes away for a while. */
export class PeerLink {
  private peer: RTCPeerConnection | undefined;
  private path: string | undefined;
  private retry: number | undefined;
  private isEnded = false;

  /** @param prepare says of each connection what it is to send or to receive */
  constructor(
    private readonly endpoint: string,
    private readonly prepare: (peer: RTCPeerConnection) => void,
    private readonly onState: (state: LinkState, detail?: string) => void,
    private readonly retryMs = RETRY_MS,
  ) {}

  /** Undefined before the first answer. */
  get connection(): RTCPeerConnection | undefined {
    return this.peer;
  }

  /** Path of the session on the server. */
  get session(): string | undefined {
    return this.path;
  }

  /** @throws {Refusal} of the first offer */
  async start(): Promise<void> {
    this.onState('connecting');
    await this.connect();
  }

  async end(): Promise<void> {
    this.isEnded = true;
    window.clearTimeout(this.retry);
    this.peer?.close();
    this.onState('ended');
    await this.leave();
  }

  private async leave(): Promise<void> {
    const session = this.path;
    this.path = undefined;
    if (session !== undefined) await request(session, { method: 'DELETE', keepalive: true });
  }

  private async connect(): Promise<void> {
    const iceServers = await this.iceServers();
    if (this.isEnded) return;
    const peer = new RTCPeerConnection({ iceServers });
    this.peer?.close();
    this.peer = peer;
    this.prepare(peer);
    peer.onconnectionstatechange = () => {
      this.follow(peer);
    };
    await peer.setLocalDescription();
    const headers = { 'content-type': 'application/sdp' };
    const response = await request(this.endpoint, { method: 'POST', headers, body: peer.localDescription?.sdp ?? '' });
    if (response.status !== 201) throw await refusalOf(response);
    this.path = response.headers.get('location') ?? undefined;
    // It was ended while the server answered.
    if (peer.signalingState === 'closed') {
      await this.leave();
      return;
    }
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  }

  private follow(peer: RTCPeerConnection): void {
    if (this.isEnded || peer !== this.peer) return;
    if (peer.connectionState === 'connected') this.onState('live');
    if (peer.connectionState === 'failed') this.tryAgain();
  }

  /** @param problem why it has to, where the server said so */
  tryAgain(problem?: string): void {
    if (this.isEnded) return;
    this.onState('reconnecting', problem);
    this.retry = window.setTimeout(() => {
      this.connect().catch((error: unknown) => {
        this.tryAgain(error instanceof Error ? error.message : undefined);
      });
    }, this.retryMs);
  }

  /** ICE servers from the endpoint's Link headers (RFC 9725 section 4.6). */
  private async iceServers(): Promise<RTCIceServer[]> {
    const response = await request(this.endpoint, { method: 'OPTIONS' });
    return parseIceLinks(response.headers.get('link') ?? '');
  }
}

function parseIceLinks(header: string): RTCIceServer[] {
  return [...header.matchAll(/<([^>]+)>((?:\s*;\s*[\w-]+="(?:[^"\\]|\\.)*")*)/g)].flatMap(
    ([, urls = '', text = '']) => {
      const parameters = new Map(
        [...text.matchAll(/([\w-]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [key, value]),
      );
      if (parameters.get('rel') !== 'ice-server') return [];
      const username = parameters.get('username');
      const credential = parameters.get('credential');
      return [username === undefined || credential === undefined ? { urls } : { urls, username, credential }];
    },
  );
}
