import type Hls from 'hls.js';

const LOOK_EVERY_MS = 1000;
/** Looks without a step forward after which nothing is waited for any more. */
const MOST_LOOKS = 3;
/** How near a gap playing stops before it. */
const REACH_SECONDS = 1;

/**
 * hls.js plays on behind segments that it is told are gone while it is not near them; where it has come to a Period of which
 * nothing is left, its sound waits for that Period's first picture and for ever.
 */
export class GapSkipper {
  private readonly timer: number;
  private at = NaN;
  private looks = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly hls: Hls,
  ) {
    this.timer = window.setInterval(() => {
      this.look();
    }, LOOK_EVERY_MS);
  }

  close(): void {
    window.clearInterval(this.timer);
  }

  private look(): void {
    const { currentTime, paused, seeking, readyState } = this.video;
    const isStill = currentTime === this.at && !paused && !seeking && readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    this.looks = isStill ? this.looks + 1 : 0;
    this.at = currentTime;
    if (this.looks < MOST_LOOKS) return;
    this.looks = 0;
    const behind = this.behindGap(currentTime);
    if (behind !== undefined) this.video.currentTime = behind;
  }

  /** @returns seconds where media goes on, when what is missing is gone */
  private behindGap(seconds: number): number | undefined {
    const level = Math.max(this.hls.currentLevel, 0);
    const fragments = this.hls.levels[level]?.details?.fragments ?? [];
    const gap = fragments.findIndex(
      ({ gap: isGap, start, end }) => isGap === true && end > seconds && start < seconds + REACH_SECONDS,
    );
    return gap === -1 ? undefined : fragments.slice(gap).find(({ gap: isGap }) => isGap !== true)?.start;
  }
}
