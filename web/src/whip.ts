import { request } from './credentials';
import { refusalOf } from './explain';

export type WhipState = 'connecting' | 'live' | 'reconnecting' | 'ended';

const RETRY_MS = 3000;
const VIDEO_BITRATE_BPS = 2_500_000;

/** Publishes a MediaStream by WHIP (RFC 9725) and comes back by itself when the network goes away for a while. */
export class WhipPublisher {
  private peer: RTCPeerConnection | undefined;
  private session: string | undefined;
  private retry: number | undefined;
  private isEnded = false;

  constructor(
    private readonly endpoint: string,
    private readonly media: MediaStream,
    private readonly onState: (state: WhipState, detail?: string) => void,
  ) {}

  /** @throws Error with the server's own words when it refuses the first offer */
  async start(): Promise<void> {
    this.onState('connecting');
    await this.connect();
  }

  async end(): Promise<void> {
    this.isEnded = true;
    window.clearTimeout(this.retry);
    this.peer?.close();
    for (const track of this.media.getTracks()) track.stop();
    this.onState('ended');
    if (this.session !== undefined) await request(this.session, { method: 'DELETE', keepalive: true });
  }

  private async connect(): Promise<void> {
    const peer = new RTCPeerConnection({ iceServers: await this.iceServers() });
    this.peer?.close();
    this.peer = peer;
    for (const track of this.media.getTracks()) {
      const sendEncodings = track.kind === 'video' ? [{ maxBitrate: VIDEO_BITRATE_BPS }] : [];
      peer.addTransceiver(track, { direction: 'sendonly', streams: [this.media], sendEncodings });
    }
    peer.onconnectionstatechange = () => {
      this.follow(peer);
    };
    await peer.setLocalDescription();
    const headers = { 'content-type': 'application/sdp' };
    const response = await request(this.endpoint, { method: 'POST', headers, body: peer.localDescription?.sdp ?? '' });
    if (response.status !== 201) throw await refusalOf(response);
    this.session = response.headers.get('location') ?? undefined;
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  }

  private follow(peer: RTCPeerConnection): void {
    if (this.isEnded || peer !== this.peer) return;
    if (peer.connectionState === 'connected') this.onState('live');
    if (peer.connectionState === 'failed') this.reconnect();
  }

  private reconnect(): void {
    this.onState('reconnecting');
    this.retry = window.setTimeout(() => {
      this.connect().catch((error: unknown) => {
        this.onState('reconnecting', error instanceof Error ? error.message : undefined);
        if (!this.isEnded) this.reconnect();
      });
    }, RETRY_MS);
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
