import { call } from './call';

interface Advice {
  readonly code: string;
  readonly message: string;
}

/** What the server says of its own ways in; more is in its OpenAPI document. */
export interface Reachability {
  readonly advice: readonly Advice[];
}

/** One address that the server names to publishers, tried from this browser. */
export interface TriedCandidate {
  /** `UDP 203.0.113.5:7777` */
  readonly name: string;
  /** Undefined when there was no connection. */
  readonly connectedAfterMs: number | undefined;
}

const CONNECT_LIMIT_MS = 8000;
const CANDIDATE_LINE = /^a=candidate:\S+ \d+ (udp|tcp) \d+ (\S+) (\d+) typ .*$/gim;
/** More would tell nothing new: several networks, IPv6 and TCP. */
const MOST_CANDIDATES = 8;

export const readReachability = (): Promise<Reachability> => call('/api/v1/reachability');

/** Tries every candidate by itself, so that one that works does not hide another that does not. */
export async function tryCandidates(onTried: (tried: TriedCandidate) => void): Promise<void> {
  for (let index = 0; index < MOST_CANDIDATES; index += 1) {
    const tried = await tryCandidate(index);
    if (tried === undefined) return;
    onTried(tried);
  }
}

/** @returns undefined when the server names no candidate with this number */
async function tryCandidate(index: number): Promise<TriedCandidate | undefined> {
  const peer = new RTCPeerConnection();
  try {
    peer.addTransceiver('audio', { direction: 'sendonly' });
    await peer.setLocalDescription();
    const answer = await askFor(peer.localDescription?.sdp ?? '');
    const candidate = [...answer.matchAll(CANDIDATE_LINE)][index];
    if (candidate === undefined) return undefined;
    const [line, transport = '', address = '', port = ''] = candidate;
    const sdp = answer.replace(CANDIDATE_LINE, (other) => (other === line ? other : 'a=x-not-tried'));
    const host = address.includes(':') ? `[${address}]` : address;
    const connectedAfterMs = await connect(peer, sdp);
    return { name: `${transport.toUpperCase()} ${host}:${port}`, connectedAfterMs };
  } finally {
    peer.close();
  }
}

async function askFor(offer: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ offer });
  return (await call<{ answer: string }>('/api/v1/reachability/checks', { method: 'POST', headers, body })).answer;
}

async function connect(peer: RTCPeerConnection, sdp: string): Promise<number | undefined> {
  const fromMs = performance.now();
  await peer.setRemoteDescription({ type: 'answer', sdp });
  const isConnected = await new Promise<boolean>((done) => {
    const limit = setTimeout(() => done(false), CONNECT_LIMIT_MS);
    peer.onconnectionstatechange = () => {
      if (peer.connectionState !== 'connected' && peer.connectionState !== 'failed') return;
      clearTimeout(limit);
      done(peer.connectionState === 'connected');
    };
  });
  return isConnected ? performance.now() - fromMs : undefined;
}
