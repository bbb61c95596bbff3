const CONTENT_TYPES: Readonly<Record<string, string>> = {
  mpd: 'application/dash+xml',
  m3u8: 'application/vnd.apple.mpegurl',
  json: 'application/json',
};

/** @param key of an object, or its last part @returns the media type that it is given out with, here and by a bucket */
export function contentTypeOf(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const extension = name.slice(name.lastIndexOf('.') + 1);
  return CONTENT_TYPES[extension] ?? (name.startsWith('audio_') ? 'audio/mp4' : 'video/mp4');
}
