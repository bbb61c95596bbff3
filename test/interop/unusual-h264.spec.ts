import { decodeWithFfmpeg } from '../support/judges/ffmpeg.js';
import { type CodedFrame, codedFrames } from './coded-frames.js';
import { decodedPictures, storedFrames } from './judges/stored-frames.js';
import { PionTests } from './pion-tests.js';
import { publishWithPion, videoTrack } from './senders/pion.js';
import { delayed, pictures, sliceCount, withoutParameterSets } from './unusual-clips.js';
import { UnusualStage } from './unusual-stage.js';

const SECONDS = 4;
const HIGH = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f';
/** What a placement may be moved by, 5 ms per second, and rounding. */
const PACE_TOLERANCE_SECONDS = 0.001;

describe('H.264 as not every sender sends it', () => {
  const withPion = new PionTests();
  let stage: UnusualStage;

  beforeAll(async () => {
    await withPion.buildSender();
    stage = await UnusualStage.start();
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  const published = async (frames: readonly CodedFrame[], format = HIGH): Promise<string[]> => {
    const stream = stage.nextStream();
    const sent = await publishWithPion(stage.whipUrl(stream), [videoTrack('H264', format)], frames);
    expect(sent).toMatchObject({ videoFrames: frames.length, audioFrames: 0 });
    return stage.periods(stream, 'video');
  };

  withPion.it('with B-frames keeps its order of decoding, and shows all at its own pace', async () => {
    const media = await pictures('bframes=2:b-adapt=0', { seconds: SECONDS });

    const [path = '', ...others] = await published(await codedFrames(media));

    expect(others).toEqual([]);
    const [shown, meant] = [await decodedPictures(path), await decodedPictures(media)];
    expect(shown.map(({ hash }) => hash)).toEqual(meant.map(({ hash }) => hash));
    for (const [index, { seconds }] of shown.entries()) {
      const before = shown[index - 1]?.seconds ?? seconds - 1 / 30;
      expect(Math.abs(seconds - before - 1 / 30)).toBeLessThan(PACE_TOLERANCE_SECONDS);
    }
    const stored = await storedFrames(path);
    const decodeTimes = stored.map(({ decodeSeconds }) => decodeSeconds);
    expect(decodeTimes).toEqual([...new Set(decodeTimes)].sort((a, b) => a - b));
    const presentationTimes = stored.map(({ presentationSeconds }) => presentationSeconds);
    expect(presentationTimes).not.toEqual([...presentationTimes].sort((a, b) => a - b));
    expect((await decodeWithFfmpeg(path)).complaints).toBe('');
  });

  withPion.it('with several slices per picture has every slice of every picture', async () => {
    const media = await pictures('bframes=0:slices=4', { seconds: SECONDS });
    const frames = await codedFrames(media);
    expect(new Set(frames.map(sliceCount))).toEqual(new Set([4]));

    const [path = ''] = await published(frames);

    const [shown, meant] = [await decodedPictures(path), await decodedPictures(media)];
    expect(shown.map(({ hash }) => hash)).toEqual(meant.map(({ hash }) => hash));
  });

  withPion.it('with sets of parameters in its offer only is decoded from the first picture', async () => {
    const media = await pictures('bframes=0', { seconds: SECONDS });
    const { sprop, frames } = withoutParameterSets(await codedFrames(media));

    const [path = ''] = await published(frames, `${HIGH};sprop-parameter-sets=${sprop}`);

    const [shown, meant] = [await decodedPictures(path), await decodedPictures(media)];
    expect(shown.map(({ hash }) => hash)).toEqual(meant.map(({ hash }) => hash));
  });

  withPion.it('that changes its size on the way becomes two Periods with every picture', async () => {
    const large = await pictures('bframes=0', { seconds: SECONDS / 2 });
    const small = await pictures('bframes=0', { seconds: SECONDS / 2, size: '480x270' });

    const paths = await published([...(await codedFrames(large)), ...delayed(await codedFrames(small), SECONDS / 2)]);

    const shown = await Promise.all(paths.map(decodedPictures));
    const meant = await Promise.all([large, small].map(decodedPictures));
    expect(shown.map((period) => period.map(({ hash }) => hash))).toEqual(
      meant.map((clip) => clip.map(({ hash }) => hash)),
    );
  });
});
