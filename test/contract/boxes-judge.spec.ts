import { findCodec, isRecordable } from '../../src/media/codecs/index.js';
import { cmaf, encodeRepeated } from '../../src/media/containers/index.js';
import { readBoxes } from '../support/judges/boxes.js';

function silence(): Buffer {
  const opus = findCodec('opus', 'audio');
  if (opus === undefined || !isRecordable(opus)) throw new Error('Opus is not recorded.');
  const configuration = Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0);
  const parameters = { codecString: 'opus', configuration, sampleRate: 48_000, channels: 2, reorderDepth: 0 };
  const init = cmaf.encodeInit({ codec: opus, parameters, timescale: 48_000 });
  const bytes = opus.isobmff.silence ?? new Uint8Array(0);
  const repeated = { kind: 'audio', bytes, count: 3, startTicks: 0, durationTicks: 2880 } as const;
  return Buffer.concat([init, encodeRepeated(cmaf, repeated)]);
}

describe('what parsers of boxes say of a file', () => {
  it('is nothing when all of it is as they expect', async () => {
    expect(await readBoxes(silence())).toEqual({ samples: { mp4box: 3, mediabunny: 3 }, complaints: '' });
  });

  it('tells of a box that nobody knows', async () => {
    const file = silence();
    file.write('zzzz', file.indexOf('sgpd'), 'latin1');

    expect((await readBoxes(file)).complaints).toContain("Unknown box type: 'zzzz'");
  });

  it('tells of a box that has more in it than it should', async () => {
    const file = silence();
    const lowestFlags = file.indexOf('tfhd') + 7;
    file[lowestFlags] = 0;

    expect((await readBoxes(file)).complaints).toContain("'tfhd' did not read the entire indicated box");
  });

  it('tells of an end that is missing', async () => {
    const file = silence();

    expect((await readBoxes(file.subarray(0, file.length - 1))).complaints).toContain('bytes lie in whole boxes');
  });
});
