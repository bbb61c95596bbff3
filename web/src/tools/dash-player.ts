import type * as Dash from 'dashjs';
import { authorizationHeaders, request } from '../credentials';
import { messageOf, refusalOf } from '../explain';
import { formatBitrate } from '../format';
import { manifestAddress } from './address';

const RETRY_MS = 2000;
const NOT_FOUND = 404;

export interface Quality {
  readonly id: string;
  readonly name: string;
}

interface Listeners {
  readonly onTold: (text: string) => void;
  readonly onProblem: (text: string) => void;
  readonly onQualities: (qualities: readonly Quality[]) => void;
}

/** dash.js on a manifest of this server; it is loaded by this page only. */
export class DashPlayer {
  private player: Dash.MediaPlayerClass | undefined;
  private retry: number | undefined;
  private isClosed = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly listeners: Listeners,
  ) {}

  /** @param mpd as the address of the page names it */
  async open(mpd: string, isAutomatic: boolean): Promise<void> {
    const url = manifestAddress(mpd, window.location.href);
    if (url === undefined) this.listeners.onProblem('This page plays what is on its own server only.');
    else {
      await this.find(url, isAutomatic).catch((failure: unknown) => {
        this.listeners.onProblem(messageOf(failure));
      });
    }
  }

  close(): void {
    this.isClosed = true;
    window.clearTimeout(this.retry);
    this.player?.destroy();
  }

  /** @param id empty for what the network carries */
  choose(id: string): void {
    this.player?.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: id === '' } } } });
    if (id !== '') this.player?.setRepresentationForTypeById('video', id, true);
  }

  /** Asks for the manifest first: that tells why there is none, asks for a log-in, and waits for a first segment. */
  private async find(url: string, isAutomatic: boolean): Promise<void> {
    const response = await request(url);
    if (this.isClosed) return;
    if (response.status === NOT_FOUND) {
      this.listeners.onTold('There is no such manifest yet. Looking again…');
      this.retry = window.setTimeout(() => {
        void this.open(url, isAutomatic);
      }, RETRY_MS);
      return;
    }
    if (!response.ok) throw await refusalOf(response);
    this.start(await import('dashjs'), url, isAutomatic);
  }

  private start(dash: typeof Dash, url: string, isAutomatic: boolean): void {
    if (this.isClosed) return;
    const { onTold, onProblem, onQualities } = this.listeners;
    const player = dash.MediaPlayer().create();
    this.player = player;
    player.addRequestInterceptor((sent) => {
      if (new URL(sent.url, url).origin !== window.location.origin) return Promise.resolve(sent);
      return Promise.resolve({ ...sent, headers: { ...sent.headers, ...authorizationHeaders() } });
    });
    player.on(dash.MediaPlayer.events.ERROR, ({ error }) => {
      onProblem(`This cannot be played: ${typeof error === 'string' ? error : error.message}`);
    });
    player.on(dash.MediaPlayer.events.STREAM_ACTIVATED, () => {
      onQualities(player.getRepresentationsByType('video').map(qualityOf));
    });
    onTold('');
    player.initialize(this.video, url, isAutomatic);
  }
}

function qualityOf({ id, width, height, bandwidth }: Dash.Representation): Quality {
  return { id, name: `${width}×${height}, ${formatBitrate(bandwidth)}` };
}
