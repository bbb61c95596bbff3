import type { Stretch } from '../timeline';

/** What of a stream is looked at: what a link to it says. */
export interface Place {
  readonly stream: string;
  /** Where to begin. */
  readonly atMs: number;
  /** Undefined for as much of the day as is recorded. */
  readonly view?: Stretch | undefined;
  readonly clip?: Stretch | undefined;
}

/** @param hash of an address, `#stream=cam&at=…`. @returns undefined where it names no place */
export function readPlace(hash: string): Place | undefined {
  const parameters = new URLSearchParams(hash.slice(1));
  const stream = parameters.get('stream') ?? '';
  const atMs = Date.parse(parameters.get('at') ?? '');
  if (stream === '' || Number.isNaN(atMs)) return undefined;
  const [view, clip] = ['view', 'clip'].map((name) => readStretch(parameters.get(name)));
  return { stream, atMs, view, clip };
}

/** @returns the hash that {@link readPlace} reads */
export function hashOf({ stream, atMs, view, clip }: Place): string {
  const parameters = new URLSearchParams({ stream, at: instant(atMs) });
  if (view !== undefined) parameters.set('view', stretch(view));
  if (clip !== undefined) parameters.set('clip', stretch(clip));
  return `#${parameters.toString()}`;
}

/** Shows a place in the address bar, or none. It is no step back in the history. */
export function showPlace(place: Place | undefined): void {
  const { pathname, search } = window.location;
  window.history.replaceState(null, '', pathname + search + (place === undefined ? '' : hashOf(place)));
}

function readStretch(text: string | null): Stretch | undefined {
  const [fromMs = NaN, toMs = NaN] = (text ?? '').split('/').map((part) => Date.parse(part));
  return toMs > fromMs ? { fromMs, toMs } : undefined;
}

function stretch({ fromMs, toMs }: Stretch): string {
  return `${instant(fromMs)}/${instant(toMs)}`;
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
