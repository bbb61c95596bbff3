import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from './stage.ts';

/** A second of pictures of 2.5 Mbit/s, and the packets that they came in. */
const FRAGMENT_BYTES = 306_000;
const PACKETS = 280;
const FRAGMENTS_PER_SEGMENT = 6;

/** A segment of six fragments: opened, written as they come, forced to the disk, closed. */
export async function writing(): Promise<Stage[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-stages-'));
  const bytes = new Uint8Array(FRAGMENT_BYTES).fill(0x55);
  const write = async (syncs: boolean): Promise<void> => {
    const file = await open(join(folder, 'segment'), 'w');
    for (let count = 0; count < FRAGMENTS_PER_SEGMENT; count++)
      await file.write(bytes, 0, bytes.length, count * bytes.length);
    if (syncs) await file.sync();
    await file.close();
  };
  const segment = { packets: PACKETS * FRAGMENTS_PER_SEGMENT, rounds: 30 };
  await write(false);
  return [
    { ...segment, name: 'write a segment, by the clock', run: () => write(false) },
    {
      ...{ ...segment, name: 'write and sync a segment, by the clock', run: () => write(true) },
      close: () => {
        rmSync(folder, { recursive: true, force: true });
      },
    },
  ];
}
