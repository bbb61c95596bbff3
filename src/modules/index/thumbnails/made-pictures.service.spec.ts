import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppConfig } from '../../../config/index.js';
import { MadePicturesService, type MadePicture, type MakePicture } from './made-pictures.service.js';

const NAME = { directories: ['cam/2026/11/20'], id: 'tiles-1' };
const MADE: MadePicture = { bytes: Buffer.from('picture'), isLasting: false };

let folder: string;
let pictures: MadePicturesService;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aircheck-made-'));
  const playback = { thumbnails_dir: folder, thumbnails_mib: 1 };
  pictures = new MadePicturesService({ playback } as unknown as AppConfig);
});

afterEach(async () => {
  await pictures.onApplicationShutdown();
  await rm(folder, { recursive: true });
});

/** One that ends when it is told to, or given up. */
class Making {
  readonly signals: AbortSignal[] = [];
  private readonly ends: (() => void)[] = [];
  private tell = (): void => undefined;
  readonly begun = new Promise<void>((resolve) => (this.tell = resolve));

  readonly make: MakePicture = (_maker, signal) => {
    this.signals.push(signal);
    this.tell();
    return new Promise((resolve, reject) => {
      this.ends.push(() => {
        resolve(MADE);
      });
      signal.addEventListener('abort', () => {
        reject(new Error('given up'));
      });
    });
  };

  end(): void {
    for (const end of this.ends) end();
  }
}

it('are made for who is left, and given up when all who asked have gone', async () => {
  const making = new Making();
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
  const asked = [first, second].map(({ signal }) => pictures.picture(NAME, making.make, signal));
  await making.begun;
  // Both have found that nothing is kept.
  await Promise.all([1, 2].map(() => pictures.forget('nothing')));

  first.abort();
  expect(making.signals.map(({ aborted }) => aborted)).toEqual([false]);
  second.abort();
  expect(making.signals.map(({ aborted }) => aborted)).toEqual([true]);

  const anew = new Making();
  const later = pictures.picture(NAME, anew.make, third.signal);
  await anew.begun;
  anew.end();
  expect(await later).toEqual(MADE.bytes);
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
