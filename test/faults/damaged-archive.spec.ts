import { open, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { makeMedia } from '../support/media.js';
import { readPromises } from '../support/promised-objects.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

interface Report {
  readonly findings: readonly { readonly kind: string; readonly key?: string; readonly stream?: string }[];
}

async function flipByte(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, position);
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, position);
  } finally {
    await file.close();
  }
}

describe('an archive that was damaged behind the back of its server', () => {
  itWith('ffmpeg')('is told from a whole one by fsck --deep, which names each damage', async () => {
    await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' } });
    const media = await makeMedia({ seconds: 5, gopFrames: 15 });
    const streams = ['flipped', 'missing', 'truncated'];
    const urls = streams.map((stream) => server.url(`/whip/${stream}`));
    await using publisher = await Publisher.start('datachannel', { urls, media });
    await publisher.ended();
    for (const stream of streams) await until(() => isFinished(server, stream), 'the recording is finished');
    expect(await server.terminate()).toBe(0);
    expect(await server.command('fsck', '--deep')).toMatchObject({ exitCode: 0 });
    const promises = readPromises(server.database);
    const keyOf = (stream: string, isInit: boolean): string =>
      promises.filter((one) => one.key.startsWith(`${stream}/`) && one.isInit === isInit).at(-1)?.key ?? '';
    const [flipped, missing, init] = [keyOf('flipped', false), keyOf('missing', false), keyOf('truncated', true)];

    await flipByte(join(server.recordings, flipped), 2000);
    expect(await server.command('fsck')).toMatchObject({ exitCode: 0 });
    await rm(join(server.recordings, missing));
    await truncate(join(server.recordings, init), 100);
    const { exitCode, output } = await server.command('fsck', '--deep', '--json');

    expect(exitCode).toBe(1);
    const { findings } = JSON.parse(output) as Report;
    const named = findings.map(({ kind, key }) => `${kind} ${key ?? ''}`);
    expect(named).toContain(`object-damaged ${flipped}`);
    expect(named).toContain(`object-missing ${missing}`);
    expect(named).toContain(`object-truncated ${init}`);
    const others = findings.filter(({ key, stream }) => key !== flipped && key !== missing && stream !== 'truncated');
    expect(others).toEqual([]);
  });
});
