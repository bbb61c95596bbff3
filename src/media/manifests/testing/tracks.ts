import type { ManifestTrack } from '../timeline.js';

/** H.264, 720p. */
export const VIDEO: ManifestTrack = {
  id: 'v1',
  kind: 'video',
  codecString: 'avc1.42E01F',
  timescale: 90_000,
  initUri: 'init.m4s',
  width: 1280,
  height: 720,
  sampleRate: undefined,
  channels: undefined,
};

/** Opus, stereo. */
export const AUDIO: ManifestTrack = {
  id: 'a1',
  kind: 'audio',
  codecString: 'opus',
  timescale: 48_000,
  initUri: 'audio_init.m4s',
  width: undefined,
  height: undefined,
  sampleRate: 48_000,
  channels: 2,
};
