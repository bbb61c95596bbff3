import { isIPv4 } from 'node:net';
import type { WorkerReachability } from '../../engine/index.js';
import { scopeOf } from './address-scope.js';

/** One thing that keeps publishers away, or might. */
export interface Advice {
  readonly code:
    | 'loopback-only'
    | 'private-only'
    | 'ipv4-missing'
    | 'stun-silent'
    | 'nat-symmetric'
    | 'nothing-arrived'
    | 'udp-blocked'
    | 'tcp-off';
  readonly message: string;
}

type Rule = (workers: readonly WorkerReachability[]) => boolean;

const scopes = (workers: readonly WorkerReachability[]): Set<string> =>
  new Set(workers.flatMap(({ candidates }) => candidates.map(({ address }) => scopeOf(address))));

const arrivals = (workers: readonly WorkerReachability[], transport: 'udp' | 'tcp'): number =>
  workers.reduce((sum, worker) => sum + (worker[transport]?.arrivals.addresses ?? 0), 0);

/** In the order of their weight. */
const RULES: readonly (readonly [Advice['code'], string, Rule])[] = [
  [
    'loopback-only',
    'Only programs on this machine are told a way here. Let webrtc.listen_addresses and webrtc.announced_addresses name an address of the network.',
    (workers) => !scopes(workers).has('public') && !scopes(workers).has('private'),
  ],
  [
    'private-only',
    'All addresses are private: publishers outside of this network cannot send here. Set webrtc.announced_addresses to the public address, or webrtc.stun_servers to find it.',
    (workers) => !scopes(workers).has('public') && scopes(workers).has('private'),
  ],
  [
    'ipv4-missing',
    'No address is IPv4, and most networks have no other.',
    (workers) => !workers.some(({ candidates }) => candidates.some(({ address }) => isIPv4(address))),
  ],
  [
    'stun-silent',
    'No STUN server of webrtc.stun_servers has answered: a firewall keeps UDP in, or the names are wrong.',
    (workers) => workers.some(({ stun }) => stun?.answers === 0),
  ],
  [
    'nat-symmetric',
    'The NAT shows each destination another port: forward the media port to this machine with the same number.',
    (workers) => workers.some(({ stun }) => stun?.isSymmetric === true),
  ],
  [
    'udp-blocked',
    'Publishers arrive by TCP and none by UDP: a firewall in front of this server seems to drop the UDP port.',
    (workers) => arrivals(workers, 'tcp') > 0 && arrivals(workers, 'udp') === 0,
  ],
  [
    'nothing-arrived',
    'Nobody has reached the media ports since the start. Check from a browser; if that fails, open the UDP ports in every firewall on the way.',
    (workers) => arrivals(workers, 'tcp') + arrivals(workers, 'udp') === 0,
  ],
  [
    'tcp-off',
    'Publishers whose network has no UDP cannot connect. webrtc.tcp_port opens a TCP port for them.',
    (workers) => !workers.some(({ tcp }) => tcp !== undefined),
  ],
];

/** @returns what to look at first, first; nothing for no workers */
export function adviceFor(workers: readonly WorkerReachability[]): Advice[] {
  if (workers.length === 0) return [];
  return RULES.filter(([, , applies]) => applies(workers)).map(([code, message]) => ({ code, message }));
}
