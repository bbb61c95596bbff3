import { KeyframeRequester } from './keyframe-requester.js';

/** @returns the times at which requests leave, looked at each 10 ms */
function requestsUntil(requester: KeyframeRequester, fromMs: number, toMs: number): number[] {
  const times: number[] = [];
  for (let nowMs = fromMs; nowMs < toMs; nowMs += 10) if (requester.isDue(nowMs)) times.push(nowMs);
  return times;
}

describe('KeyframeRequester', () => {
  it('asks at once and then with growing pauses, for as long as none comes', () => {
    const requester = new KeyframeRequester();
    requester.want();

    expect(requestsUntil(requester, 0, 40_000)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 23_500, 31_500, 39_500]);
  });

  it('asks for nothing when nothing is wanted or a key frame came', () => {
    const requester = new KeyframeRequester();
    expect(requestsUntil(requester, 0, 1000)).toEqual([]);

    requester.want();
    requester.isDue(1000);
    requester.satisfied();

    expect(requestsUntil(requester, 1010, 9000)).toEqual([]);
  });

  it('does not ask faster because loss follows loss', () => {
    const requester = new KeyframeRequester();
    const times: number[] = [];
    for (let nowMs = 0; nowMs < 2000; nowMs += 10) {
      requester.want();
      if (requester.isDue(nowMs)) times.push(nowMs);
      requester.satisfied();
    }

    expect(times).toEqual([0, 500, 1000, 1500]);
  });
});
