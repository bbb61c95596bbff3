/** An object and how it is told to the world. */
export interface ObjectResource {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The bytes when they are in memory; else they are read from storage. */
  readonly body: Buffer | undefined;
}

/** Committed media never changes. */
export const IMMUTABLE = 'max-age=31536000, immutable';
/** Manifests are asked for again each time, and answered with 304 when they are the same. */
export const REVALIDATE = 'no-cache';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  mpd: 'application/dash+xml',
  m3u8: 'application/vnd.apple.mpegurl',
  json: 'application/json',
};

/** @param name last part of a key */
export function contentTypeOf(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1);
  return CONTENT_TYPES[extension] ?? (name.startsWith('audio_') ? 'audio/mp4' : 'video/mp4');
}
