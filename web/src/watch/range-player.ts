import Hls from 'hls.js';
import { authorize } from '../credentials';
import { factsIn } from '../explain';
import { playNatively } from '../native-source';
import { wordsOf } from '../problem-words';
import { instantsOf, rangeUrl, type Stretch } from '../timeline';
import { GapSkipper } from './gap-skipper';
import { isIn } from './time-scale';

interface Listeners {
  /** Wall clock of what is shown. */
  readonly onPosition: (atMs: number) => void;
  readonly onProblem: (problem: string | undefined) => void;
}

/** Before its sound, which may begin some milliseconds after position 0, hls.js waits for the newest of several Periods for ever. */
const BEGINNING_SECONDS = 0.05;
const RECOVERY_REST_MS = 10_000;

type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

/** Plays a stream by wall clock: what is loaded already is sought in, everything else is loaded as a range of its own. */
export class RangePlayer {
  private readonly hls = Hls.isSupported()
    ? new Hls({ startPosition: BEGINNING_SECONDS, backBufferLength: 60, xhrSetup: authorize })
    : undefined;
  private readonly gaps: GapSkipper | undefined;
  private loaded: Stretch | undefined;
  /** Where to go once the playlist is there. */
  private wantedMs: number | undefined;
  private recoveredAtMs = -Infinity;

  constructor(
    private readonly video: DatedVideo,
    private readonly stream: string,
    private readonly listeners: Listeners,
  ) {
    video.addEventListener('timeupdate', this.tell);
    const { hls } = this;
    if (hls === undefined) return;
    this.gaps = new GapSkipper(video, hls);
    hls.attachMedia(video);
    hls.on(Hls.Events.LEVEL_LOADED, () => {
      this.arrive();
    });
    hls.on(Hls.Events.ERROR, (_event, { fatal, type, response, networkDetails }) => {
      if (!fatal) return;
      if (type === Hls.ErrorTypes.MEDIA_ERROR && this.mayRecover()) hls.recoverMediaError();
      else {
        this.loaded = undefined;
        listeners.onProblem(problemOf(response?.code, networkDetails));
      }
    });
  }

  /** @param endMs until when to play on; in the future for what is being recorded */
  play(atMs: number, endMs: number): void {
    this.listeners.onProblem(undefined);
    const isLoaded = this.loaded !== undefined && isIn(atMs, this.loaded);
    if (!isLoaded || !this.seek(atMs)) this.load(atMs, endMs);
    // Browsers may refuse to start sound by themselves; the controls are there.
    this.video.play().catch(() => undefined);
  }

  close(): void {
    this.video.removeEventListener('timeupdate', this.tell);
    this.gaps?.close();
    this.hls?.destroy();
    this.video.removeAttribute('src');
  }

  /** A browser that fails again at once will do so for ever. */
  private mayRecover(): boolean {
    const nowMs = performance.now();
    const isRare = nowMs - this.recoveredAtMs >= RECOVERY_REST_MS;
    if (isRare) this.recoveredAtMs = nowMs;
    return isRare;
  }

  private load(fromMs: number, toMs: number): void {
    this.loaded = { fromMs, toMs };
    this.wantedMs = fromMs;
    const url = rangeUrl(this.stream, 'index.m3u8', this.loaded);
    if (this.hls !== undefined) this.hls.loadSource(url);
    else {
      const selection = { stream: this.stream, ...instantsOf(this.loaded) };
      playNatively(this.video, url, selection, this.listeners.onProblem);
    }
  }

  /** The first segment of a range may begin somewhat before it. */
  private arrive(): void {
    if (this.wantedMs !== undefined) this.seek(this.wantedMs);
    this.wantedMs = undefined;
  }

  /** @returns false when it is not known where that is */
  private seek(atMs: number): boolean {
    const seconds = this.hls === undefined ? this.nativeSeconds(atMs) : this.secondsOf(atMs);
    if (seconds === undefined) return false;
    this.video.currentTime = Math.max(seconds, BEGINNING_SECONDS);
    return true;
  }

  private secondsOf(atMs: number): number | undefined {
    const fragments =
      this.hls?.levels[this.hls.currentLevel === -1 ? 0 : this.hls.currentLevel]?.details?.fragments ?? [];
    const there = fragments.findLast(({ programDateTime }) => programDateTime !== null && programDateTime <= atMs);
    const fragment = there ?? fragments[0];
    const startMs = fragment?.programDateTime ?? undefined;
    if (fragment === undefined || startMs === undefined) return undefined;
    const offset = Math.max(0, (atMs - startMs) / 1000);
    // In a gap: where the next one begins.
    return fragment.start + Math.min(offset, fragment.duration);
  }

  private nativeSeconds(atMs: number): number | undefined {
    const startMs = this.video.getStartDate?.().getTime() ?? NaN;
    return Number.isNaN(startMs) ? undefined : (atMs - startMs) / 1000;
  }

  private readonly tell = (): void => {
    const nativeMs = (this.video.getStartDate?.().getTime() ?? NaN) + this.video.currentTime * 1000;
    const atMs = this.hls === undefined ? nativeMs : (this.hls.playingDate?.getTime() ?? NaN);
    if (!Number.isNaN(atMs)) this.listeners.onPosition(atMs);
  };
}

/**
 * @param status of the answer that was missing; undefined where the browser itself gave up
 * @param answer the request that it came to, with the server's reason
 */
function problemOf(status: number | undefined, answer: unknown): string {
  const facts = answer instanceof XMLHttpRequest && answer.responseType === '' ? factsIn(answer.responseText) : {};
  const { code, detail } = facts as { readonly code?: string; readonly detail?: string };
  if (code !== undefined) return wordsOf(code, facts, detail ?? code);
  switch (status) {
    case 404:
      return 'Nothing can be played from here.';
    case 410:
      return 'What was recorded here was deleted or lost.';
    case 503:
      return 'The recording cannot be reached at the moment. Try again.';
    case undefined:
    case 0:
      return 'This cannot be played.';
    default:
      return `This cannot be played: the server answered ${status}.`;
  }
}
