import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { addScript } from '../browser.js';
import { until } from '../wait.js';

/** A page that is at work for so long does not play either. */
const ANSWER_LIMIT_MS = 10_000;
const MODULES = resolve(__dirname, '../../../node_modules');

/** Other people's players, and which manifest each of them is given. */
const PLAYERS = {
  'hls.js': { script: `${MODULES}/hls.js/dist/hls.min.js`, manifest: 'index.m3u8' },
  'dash.js': { script: `${MODULES}/dashjs/dist/modern/umd/dash.all.min.js`, manifest: 'manifest.mpd' },
  'Shaka Player': { script: `${MODULES}/shaka-player/dist/shaka-player.compiled.js`, manifest: 'manifest.mpd' },
} as const;

export type PlayerName = keyof typeof PLAYERS;

export const PLAYER_NAMES = Object.keys(PLAYERS) as readonly PlayerName[];

export interface Playback {
  /** Where the picture stands, seconds on the player's timeline. */
  readonly position: number;
  readonly duration: number;
  /** What the element could play now, `0.00 to 5.01`. */
  readonly buffered: readonly string[];
  readonly ended: boolean;
  readonly decodedFrames: number;
  readonly decodedAudioBytes: number;
  /** Wall-clock seconds, the longest time in which the position stood still between the first picture and the end. */
  readonly longestStall: number;
  /** Parts of the timeline that were stepped over, `7.81 to 20.02`. */
  readonly skips: readonly string[];
  /** What the player could not cope with by itself. */
  readonly errors: readonly string[];
}

export interface PlayOptions {
  readonly rate?: number;
  readonly fromStart?: boolean;
  /** Sent along with each request, as docs/playback.md has players do it. */
  readonly token?: string;
}

interface PlayingPage {
  /** As the player's own documentation goes to the live edge. */
  goLive: () => void;
  /** Shaka Player's trick play, of another manifest. */
  searchAt: (url: string, rate: number) => Promise<void>;
  readonly video: HTMLVideoElement & { readonly webkitAudioDecodedByteCount: number };
  readonly watched: { longestStall: number; readonly skips: readonly string[] };
  readonly playbackErrors: string[];
}

/** @param mpdPath as the index names it. @returns the path of what this player is given of the same recording */
export function manifestFor(player: PlayerName, mpdPath: string): string {
  return `/api/record/object/${mpdPath.replace('manifest.mpd', PLAYERS[player].manifest)}`;
}

/** @param query with its question mark. @returns the path of what this player is given of a view of the stream */
export function viewFor(player: PlayerName, stream: string, query: string): string {
  return `/play/${stream}/${PLAYERS[player].manifest}${query}`;
}

/** Plays a manifest in Chromium with somebody else's player and its own settings. `page` is on the server's own origin. */
export async function play(
  page: Page,
  player: PlayerName,
  manifestUrl: string,
  options: PlayOptions = {},
): Promise<void> {
  await addScript(page, PLAYERS[player].script);
  await page.evaluate(watch, options.rate ?? 1);
  await page.evaluate(START[player], [manifestUrl, options.fromStart ?? false, options.token] as const);
}

/** Puts a video element on the page and keeps an eye on it. Runs in the page. */
function watch(rate: number): void {
  const JUMP_SECONDS = 0.5;
  const video = document.createElement('video');
  video.muted = true;
  video.style.width = '320px';
  video.defaultPlaybackRate = rate;
  document.body.prepend(video);
  const playbackErrors: string[] = [];
  const watched = { longestStall: 0, skips: [] as string[] };
  Object.assign(globalThis, { video, watched, playbackErrors });
  video.addEventListener('error', () => playbackErrors.push(`video: ${video.error?.message ?? 'unknown'}`));
  video.addEventListener('playing', () => {
    if (video.playbackRate !== rate) video.playbackRate = rate;
  });
  let position = 0;
  let lookedAt = performance.now();
  let stall = 0;
  setInterval(() => {
    const now = performance.now();
    const seconds = (now - lookedAt) / 1000;
    const advance = video.currentTime - position;
    // A page that is late with looking has not seen the picture stand still.
    stall = advance === 0 && position > 0 && !video.ended ? stall + seconds : 0;
    watched.longestStall = Math.max(watched.longestStall, stall);
    if (position > 0 && advance > seconds * rate + JUMP_SECONDS) {
      watched.skips.push(`${position.toFixed(2)} to ${video.currentTime.toFixed(2)}`);
    }
    position = video.currentTime;
    lookedAt = now;
  }, 20);
}

type Start = (order: readonly [url: string, fromStart: boolean, token: string | undefined]) => void;

/** Each as its own documentation starts it. They run in the page. */
const START: Readonly<Record<PlayerName, Start>> = {
  'hls.js': ([url, fromStart, token]) => {
    const shown = globalThis as unknown as PlayingPage & HlsGlobal;
    const { video, playbackErrors, Hls } = shown;
    const xhrSetup = (request: XMLHttpRequest): void => {
      if (token !== undefined) request.setRequestHeader('Authorization', `Bearer ${token}`);
    };
    // Before its sound, which may begin some milliseconds after position 0, hls.js waits for the newest of several Periods.
    const hls = new Hls({ xhrSetup, ...(fromStart ? { startPosition: 0.05 } : { liveSyncDuration: 6 }) });
    hls.on('hlsError', (_event, { fatal, type, details }) => {
      if (fatal) playbackErrors.push(`hls.js: ${type} ${details}`);
    });
    shown.goLive = () => {
      video.currentTime = hls.liveSyncPosition ?? 0;
    };
    hls.loadSource(url);
    hls.attachMedia(video);
    void video.play();
  },
  'dash.js': ([url, , token]) => {
    const shown = globalThis as unknown as PlayingPage & DashGlobal;
    const { video, playbackErrors, dashjs } = shown;
    const dash = dashjs.MediaPlayer().create();
    dash.on('error', (event) => playbackErrors.push(`dash.js: ${JSON.stringify(event.error)}`));
    if (token !== undefined) {
      dash.addRequestInterceptor((request) => {
        request.headers = { ...request.headers, authorization: `Bearer ${token}` };
        return Promise.resolve(request);
      });
    }
    shown.goLive = () => {
      dash.seekToOriginalLive();
    };
    dash.initialize(video, url, true);
  },
  'Shaka Player': ([url, , token]) => {
    const shown = globalThis as unknown as PlayingPage & ShakaGlobal;
    const { video, playbackErrors, shaka } = shown;
    const report = ({ code, data }: ShakaError): number => playbackErrors.push(`Shaka Player: ${code} ${String(data)}`);
    const player = new shaka.Player();
    player.addEventListener('error', ({ detail }) => report(detail));
    if (token !== undefined) {
      player.getNetworkingEngine().registerRequestFilter((_type, request) => {
        request.headers['Authorization'] = `Bearer ${token}`;
      });
    }
    shown.goLive = () => {
      player.goToLive();
    };
    shown.searchAt = async (playlistUrl, rate) => {
      await player.load(playlistUrl);
      await video.play();
      player.trickPlay(rate);
    };
    void player
      .attach(video)
      .then(() => player.load(url))
      .then(() => video.play())
      .catch(report);
  },
};

interface HlsGlobal {
  readonly Hls: new (config: object) => {
    on(
      event: string,
      listener: (event: string, facts: { fatal: boolean; type: string; details: string }) => void,
    ): void;
    readonly liveSyncPosition: number | null;
    loadSource(url: string): void;
    attachMedia(video: HTMLVideoElement): void;
  };
}

interface MediaRequest {
  headers: Record<string, string>;
}

interface DashGlobal {
  readonly dashjs: {
    MediaPlayer(): {
      create(): {
        on(event: string, listener: (event: { error: unknown }) => void): void;
        initialize(video: HTMLVideoElement, url: string, autoPlay: boolean): void;
        addRequestInterceptor(interceptor: (request: MediaRequest) => Promise<MediaRequest>): void;
        seekToOriginalLive(): void;
      };
    };
  };
}

interface ShakaError {
  readonly code: number;
  readonly data: readonly unknown[];
}

interface ShakaGlobal {
  readonly shaka: {
    readonly Player: new () => {
      addEventListener(type: 'error', listener: (event: { detail: ShakaError }) => void): void;
      attach(video: HTMLVideoElement): Promise<void>;
      getNetworkingEngine(): {
        registerRequestFilter(filter: (type: number, request: MediaRequest) => void): void;
      };
      goToLive(): void;
      trickPlay(rate: number): void;
      load(url: string): Promise<void>;
    };
  };
}

/**
 * What the player shows right now, and how it came there.
 * @throws when the page is too busy to say so
 */
export async function playback(page: Page): Promise<Playback> {
  const state = page.evaluate(() => {
    const { video, watched, playbackErrors } = globalThis as unknown as PlayingPage;
    return {
      ...watched,
      position: video.currentTime,
      duration: video.duration,
      buffered: Array.from({ length: video.buffered.length }, (_, index) => {
        return `${video.buffered.start(index).toFixed(2)} to ${video.buffered.end(index).toFixed(2)}`;
      }),
      ended: video.ended,
      decodedFrames: video.getVideoPlaybackQuality().totalVideoFrames,
      decodedAudioBytes: video.webkitAudioDecodedByteCount,
      errors: playbackErrors,
    };
  });
  const limit = new AbortController();
  const late = pause(ANSWER_LIMIT_MS, undefined, limit).then(() => {
    throw new Error(`The page has not answered for ${ANSWER_LIMIT_MS} ms.`);
  });
  return Promise.race([state, late]).finally(() => {
    limit.abort();
  });
}

/** Lets Shaka Player, which plays something on the page, look through another recording at many times the speed. */
export async function search(page: Page, manifestUrl: string, rate: number): Promise<void> {
  await page.evaluate(([url, speed]) => (globalThis as unknown as PlayingPage).searchAt(url, speed), [
    manifestUrl,
    rate,
  ] as const);
}

/** Goes where the player says that live is, and waits until the picture moves on from there. @returns the place */
export async function seekLive(page: Page): Promise<number> {
  const place = await page.evaluate(() => {
    const { goLive, video } = globalThis as unknown as PlayingPage;
    goLive();
    void video.play();
    return video.currentTime;
  });
  const isGoingOn = async (): Promise<boolean> => (await playback(page)).position > place + 0.2;
  await until(isGoingOn, `the picture goes on live, at ${place.toFixed(2)} s`);
  return place;
}

/** Waits until the picture has gone on by so many seconds. */
export async function watchFor(page: Page, player: PlayerName, seconds: number): Promise<void> {
  await untilShown(page, ({ position }) => position > 0, `${player} shows a picture`);
  const { position: start } = await playback(page);
  const what = `${player} goes on for ${seconds} s from ${start.toFixed(2)} s`;
  await untilShown(page, ({ position }) => position > start + seconds, what);
}

/** Tells what the player shows instead. */
async function untilShown(page: Page, isRight: (now: Playback) => boolean, what: string): Promise<void> {
  try {
    await until(async () => isRight(await playback(page)), what, 30_000);
  } catch (cause) {
    const element = await page.evaluate(() => {
      const { readyState, networkState, paused, seeking, buffered } = (globalThis as unknown as PlayingPage).video;
      const ranges = Array.from({ length: buffered.length }, (_, at) => [buffered.start(at), buffered.end(at)]);
      return { readyState, networkState, paused, seeking, ranges, visibility: document.visibilityState };
    });
    const state = JSON.stringify({ ...(await playback(page)), ...element });
    throw new Error(`${what}, but there is ${state}`, { cause });
  }
}

/** Goes to a place of the player's timeline, and waits until the picture moves from there on, or from behind the gap that it is in. */
export async function seek(page: Page, seconds: number): Promise<void> {
  await page.evaluate((to) => {
    const { video } = globalThis as unknown as PlayingPage;
    video.currentTime = to;
    void video.play();
  }, seconds);
  const isGoingOn = async (): Promise<boolean> => (await playback(page)).position > seconds + 0.2;
  await until(isGoingOn, `the picture goes on at ${seconds.toFixed(2)} s`, 20_000);
}

/** Plays a finished recording from its start. @returns the last state: at the end, or where it was when time was up */
export async function playThrough(
  page: Page,
  player: PlayerName,
  manifestUrl: string,
  { limitMs = 60_000, ...options }: PlayOptions & { readonly limitMs?: number } = {},
): Promise<Playback> {
  await play(page, player, manifestUrl, { ...options, fromStart: true });
  await until(async () => (await playback(page)).ended, `${player} comes to the end`, limitMs).catch(() => undefined);
  return playback(page);
}
