/** The addresses of live777's pages, and what they are told there. */

const TOOLS = ['player', 'debugger', 'dash'] as const;
export type Tool = (typeof TOOLS)[number];

export interface ToolQuery {
  readonly stream: string;
  /** Key of a manifest, or its address on this server. */
  readonly mpd: string;
  readonly isAutomatic: boolean;
  readonly isMuted: boolean;
  readonly hasControls: boolean;
  /** Undefined where nothing was said. */
  readonly reconnectMs: number | undefined;
  readonly isLowLatency: boolean;
  readonly videoCodec: string;
  readonly audioCodec: string;
}

const OBJECTS = '/api/record/object/';
const LEAST_RECONNECT_MS = 250;

/** @returns undefined for the page itself */
export function toolAt(path: string): Tool | undefined {
  return TOOLS.find((tool) => path === `/tools/${tool}.html`);
}

/** @param search of an address. What is switched on is there, with whatever value. */
export function readToolQuery(search: string): ToolQuery {
  const parameters = new URLSearchParams(search);
  const text = (name: string): string => parameters.get(name) ?? '';
  const reconnectMs = Number.parseInt(text('reconnect'), 10);
  return {
    stream: text('id'),
    mpd: text('mpd'),
    isAutomatic: parameters.has('autoplay'),
    isMuted: parameters.has('muted'),
    hasControls: parameters.has('controls'),
    reconnectMs: reconnectMs > 0 ? Math.max(reconnectMs, LEAST_RECONNECT_MS) : undefined,
    isLowLatency: parameters.has('lowlatency'),
    videoCodec: text('vcodec'),
    audioCodec: text('acodec'),
  };
}

/** @returns where the player plays a stream at once */
export function playerAddress(stream: string): string {
  return `/tools/player.html?id=${encodeURIComponent(stream)}&autoplay&muted&controls`;
}

/** @returns where a stream can be sent, watched and measured */
export function debuggerAddress(stream: string): string {
  return `/tools/debugger.html?id=${encodeURIComponent(stream)}`;
}

/** @param mpd as in {@link ToolQuery}. @returns undefined for what is not on this server */
export function manifestAddress(mpd: string, page: string): string | undefined {
  const isKey = !mpd.startsWith('/') && !URL.canParse(mpd);
  const url = new URL(isKey ? OBJECTS + mpd.split('/').map(encodeURIComponent).join('/') : mpd, page);
  return url.origin === new URL(page).origin ? url.href : undefined;
}
