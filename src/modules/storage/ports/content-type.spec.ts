import { contentTypeOf } from './content-type.js';

it.each([
  ['cam/2026/11/20/manifest.mpd', 'application/dash+xml'],
  ['cam/2026/11/20/audio.m3u8', 'application/vnd.apple.mpegurl'],
  ['cam/2026/11/20/session_1.json', 'application/json'],
  ['cam/2026/11/20/seg_0001.m4s', 'video/mp4'],
  ['cam/2026/11/20/audio_seg_0001.m4s', 'audio/mp4'],
  ['audio_init.m4s', 'audio/mp4'],
  ['audio_cam/2026/11/20/init.m4s', 'video/mp4'],
])('of %s is %s', (key, type) => {
  expect(contentTypeOf(key)).toBe(type);
});
