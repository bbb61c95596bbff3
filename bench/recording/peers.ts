// The servers that ours is measured against: how they are started, where they take a stream, what they recorded.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, type Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import { startLive777 } from '../servers/live777.ts';
import { startMediamtx } from '../servers/mediamtx.ts';

/** More than all media of a run of a stream. */
const MOST_BYTES = 1 << 30;

export const peers = {
  mediamtx: {
    start: startMediamtx,
    path: (stream: string): string => `/${stream}/whip`,
    /** One file a stream. */
    pictures: (folder: string, stream: string): number =>
      filesBelow(join(folder, stream))
        .filter(({ name }) => name.endsWith('.mp4'))
        .reduce((sum, file) => sum + countPictures(readFileSync(pathOf(file))), 0),
  },
  live777: {
    start: startLive777,
    path: (stream: string): string => `/whip/${stream}`,
    /** Init objects and segments in a folder, pictures apart from sound. */
    pictures: (folder: string, stream: string): number => {
      const files = filesBelow(join(folder, 'recordings', stream)).filter(({ name }) => name.endsWith('.m4s'));
      const pictures = files.filter(({ name }) => name.startsWith('v_'));
      const isInit = (path: string): boolean => basename(path) === 'v_init.m4s';
      const paths = pictures.map(pathOf).sort();
      const ordered = [...paths.filter(isInit), ...paths.filter((path) => !isInit(path))];
      return ordered.length === 0 ? 0 : countPictures(Buffer.concat(ordered.map((path) => readFileSync(path))));
    },
  },
} as const;

export type PeerName = keyof typeof peers;

export interface Peer {
  readonly name: PeerName;
  readonly program: string;
}

/** @param text NAME=PATH. @throws {Error} when it is not, or of a name that is not known */
export function parsePeer(text: string): Peer {
  const [name = '', program = ''] = text.split('=');
  if (!(name in peers) || program === '') throw new Error(`--peer ${Object.keys(peers).join('|')}=PATH`);
  return { name: name as PeerName, program };
}

/** None where nothing was recorded. */
function filesBelow(folder: string): Dirent[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
}

function pathOf({ parentPath, name }: Dirent): string {
  return join(parentPath, name);
}

/** As ffprobe counts them; what it cannot read has none. */
function countPictures(bytes: Buffer): number {
  const shown = ['-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0'];
  try {
    const args = ['-v', 'error', '-select_streams', 'v', ...shown, '-i', 'pipe:0'];
    const told = execFileSync('ffprobe', args, {
      ...{ input: bytes, encoding: 'utf8', maxBuffer: MOST_BYTES },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return Number.parseInt(told, 10) || 0;
  } catch {
    return 0;
  }
}
