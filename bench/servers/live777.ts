// live777 as the other server of a measurement: WHIP in, its recorder on for every stream, segments on disk.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startPeer } from './peer-server.ts';
import type { BenchServer } from '../stage.ts';

/** @param program built with the feature `recorder`. @returns once it listens. @throws {Error} when it does not within ten seconds */
export async function startLive777(program: string, folder: string): Promise<BenchServer> {
  const httpPort = await freePort();
  const config = join(folder, 'live777.toml');
  const settings = [
    ['http', { listen: `127.0.0.1:${httpPort}` }],
    ['log', { level: 'error' }],
    ['webrtc', { ice_udp_addrs: ['127.0.0.1:0'] }],
    ['recorder', { auto_streams: ['*'], index_path: join(folder, 'index.json') }],
    ['recorder.storage', { type: 'fs', root: join(folder, 'recordings') }],
  ] as const;
  writeFileSync(config, settings.map(([section, keys]) => `[${section}]\n${lines(keys)}`).join('\n'));
  return startPeer(program, { args: ['--config', config], folder, httpPort });
}

/** What JSON and TOML write alike. */
function lines(keys: Readonly<Record<string, string | readonly string[]>>): string {
  return Object.entries(keys)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');
}
