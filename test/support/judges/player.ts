import { resolve } from 'node:path';
import type { Page } from 'playwright-core';

const MODULES = resolve(__dirname, '../../../node_modules');
const SCRIPTS = {
  'hls.js': `${MODULES}/hls.js/dist/hls.min.js`,
  'dash.js': `${MODULES}/dashjs/dist/modern/umd/dash.all.min.js`,
};

export type PlayerName = keyof typeof SCRIPTS;

export interface Playback {
  /** Where the picture stands, seconds on the player's timeline. */
  readonly position: number;
  readonly duration: number;
  readonly ended: boolean;
  readonly decodedFrames: number;
  readonly errors: readonly string[];
}

interface PlayingPage {
  readonly video: HTMLVideoElement;
  readonly playbackErrors: string[];
}

/** Plays a manifest in Chromium with somebody else's player. `page` is on the server's own origin. */
export async function play(
  page: Page,
  player: PlayerName,
  manifestUrl: string,
  options: { rate?: number; fromStart?: boolean } = {},
): Promise<void> {
  await page.addScriptTag({ path: SCRIPTS[player] });
  await page.evaluate(
    ([name, url, rate, fromStart]) => {
      const video = document.createElement('video');
      video.muted = true;
      video.style.width = '320px';
      document.body.prepend(video);
      const playbackErrors: string[] = [];
      Object.assign(globalThis, { video, playbackErrors });
      video.addEventListener('error', () => playbackErrors.push(`video: ${video.error?.message ?? 'unknown'}`));
      const setRate = (): void => {
        video.playbackRate = rate;
      };
      video.addEventListener('playing', setRate);
      if (name === 'hls.js') {
        const hls = new (globalThis as unknown as HlsGlobal).Hls({
          startPosition: fromStart ? 0 : -1,
          liveSyncDuration: 6,
        });
        hls.on('hlsError', (_event, { fatal, type, details }) => {
          if (fatal) playbackErrors.push(`hls.js: ${type} ${details}`);
        });
        hls.loadSource(url);
        hls.attachMedia(video);
        void video.play();
      } else {
        const dash = (globalThis as unknown as DashGlobal).dashjs.MediaPlayer().create();
        dash.on('error', (event) => playbackErrors.push(`dash.js: ${JSON.stringify(event.error)}`));
        dash.initialize(video, url, true);
      }
    },
    [player, manifestUrl, options.rate ?? 1, options.fromStart ?? false] as const,
  );
}

interface HlsGlobal {
  Hls: new (config: object) => {
    on(
      event: string,
      listener: (event: string, facts: { fatal: boolean; type: string; details: string }) => void,
    ): void;
    loadSource(url: string): void;
    attachMedia(video: HTMLVideoElement): void;
  };
}

interface DashGlobal {
  dashjs: {
    MediaPlayer(): {
      create(): {
        on(event: string, listener: (event: { error: unknown }) => void): void;
        initialize(video: HTMLVideoElement, url: string, autoPlay: boolean): void;
      };
    };
  };
}

/** What the player shows right now. */
export function playback(page: Page): Promise<Playback> {
  return page.evaluate(() => {
    const { video, playbackErrors } = globalThis as unknown as PlayingPage;
    return {
      position: video.currentTime,
      duration: video.duration,
      ended: video.ended,
      decodedFrames: video.getVideoPlaybackQuality().totalVideoFrames,
      errors: playbackErrors,
    };
  });
}
