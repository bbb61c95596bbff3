import { createHash } from 'node:crypto';
import { writeDashManifest } from '../../../media/manifests/dash.js';
import { writeHlsKeyFrames } from '../../../media/manifests/hls-key-frames.js';
import { KEY_FRAMES_NAME, writeHlsMedia, writeHlsMultivariant } from '../../../media/manifests/hls.js';
import { PLAIN_PLACES, type AskedPlaces } from '../../../media/manifests/places.js';
import type { ManifestTimeline } from '../../../media/manifests/timeline.js';
import type { ManifestName } from '../directories/object-names.js';

/** A manifest, playlist or session file as it goes over the wire. */
export interface ManifestDocument {
  readonly body: Buffer;
  readonly sha256: string;
  /** When it became what it is; undefined for what is made when it is asked for. */
  readonly modifiedAt: Date | undefined;
}

/** What a view over the index has beside the manifests of a directory: a playlist of key frames. */
export type ViewName = ManifestName | typeof KEY_FRAMES_NAME;

const writers: Readonly<Record<ViewName, (timeline: ManifestTimeline) => string>> = {
  'manifest.mpd': writeDashManifest,
  'index.m3u8': writeHlsMultivariant,
  'video.m3u8': (timeline) => writeHlsMedia(timeline, 'video'),
  'audio.m3u8': (timeline) => writeHlsMedia(timeline, 'audio'),
  [KEY_FRAMES_NAME]: writeHlsKeyFrames,
};

/** Players read the multivariant playlist once, when they come. DASH keeps the places of all without gaps. */
export function askedPlaces(name: ViewName, places: number | undefined): AskedPlaces {
  if (name === 'index.m3u8') return 'new';
  return name === 'manifest.mpd' ? PLAIN_PLACES : (places ?? PLAIN_PLACES);
}

export function writeManifest(name: ViewName, timeline: ManifestTimeline, modifiedAt: Date): ManifestDocument {
  return manifestDocument(Buffer.from(writers[name](timeline)), modifiedAt);
}

export function manifestDocument(body: Buffer, modifiedAt?: Date): ManifestDocument {
  return { body, sha256: createHash('sha256').update(body).digest('hex'), modifiedAt };
}

/** In the order to write them in: what points at others comes after them, so that nobody is led to an absent file. */
export function manifestNamesOf(tracks: readonly { readonly kind: 'audio' | 'video' }[]): ManifestName[] {
  const has = (kind: 'audio' | 'video'): boolean => tracks.some((track) => track.kind === kind);
  return [
    ...(has('video') ? (['video.m3u8'] as const) : []),
    ...(has('audio') ? (['audio.m3u8'] as const) : []),
    'index.m3u8',
    'manifest.mpd',
  ];
}

/** Of a view over the index. */
export function viewNamesOf(tracks: readonly { readonly kind: 'audio' | 'video' }[]): ViewName[] {
  const hasPictures = tracks.some(({ kind }) => kind === 'video');
  return [...manifestNamesOf(tracks), ...(hasPictures ? ([KEY_FRAMES_NAME] as const) : [])];
}
