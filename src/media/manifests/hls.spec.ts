import { writeHlsMedia, writeHlsMultivariant } from './hls.js';
import { AUDIO, VIDEO } from './testing/tracks.js';
import type { ManifestObject, ManifestPeriod, ManifestSegment, ManifestTimeline, ManifestTrack } from './timeline.js';

function object(track: ManifestTrack, number: number, startSeconds: number, seconds: number): ManifestObject {
  return {
    trackId: track.id,
    folder: '',
    name: `${track.kind === 'audio' ? 'audio_' : ''}seg_${String(number).padStart(4, '0')}.m4s`,
    startTicks: startSeconds * track.timescale,
    durationTicks: seconds * track.timescale,
    sizeBytes: track.kind === 'audio' ? 60_000 : 1_500_000,
    independent: true,
  };
}

function segment(number: number, startSeconds: number, tracks: readonly ManifestTrack[]): ManifestSegment {
  return { number, objects: tracks.map((track) => object(track, number, startSeconds, 6)) };
}

function period(changes: Partial<ManifestPeriod> = {}): ManifestPeriod {
  return {
    id: 'p1',
    startMs: 0,
    durationMs: 12_000,
    mediaStartMs: 0,
    startEpochMs: Date.UTC(2026, 10, 20, 12),
    tracks: [VIDEO, AUDIO],
    segments: [segment(1, 0, [VIDEO, AUDIO]), segment(2, 6, [VIDEO, AUDIO])],
    ...changes,
  };
}

function timeline(changes: Partial<ManifestTimeline> = {}): ManifestTimeline {
  return {
    periods: [period()],
    isLive: false,
    availabilityStartEpochMs: 0,
    publishedEpochMs: 0,
    segmentDurationMs: 6000,
    ...changes,
  };
}

const SECOND_TRACKS = [
  { ...VIDEO, id: 'v2', initUri: 'init_0002.m4s', width: 640, height: 360 },
  { ...AUDIO, id: 'a1' },
];

describe('writeHlsMultivariant', () => {
  it('offers video with sound as a rendition', () => {
    expect(writeHlsMultivariant(timeline())).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2080000,AVERAGE-BANDWIDTH=2080000,CODECS="avc1.42E01F,opus",RESOLUTION=1280x720,AUDIO="audio"
video.m3u8
`);
  });

  it('offers sound alone', () => {
    const audioOnly = period({ tracks: [AUDIO], segments: [segment(1, 0, [AUDIO])] });

    expect(writeHlsMultivariant(timeline({ periods: [audioOnly] }))).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-STREAM-INF:BANDWIDTH=80000,AVERAGE-BANDWIDTH=80000,CODECS="opus"
audio.m3u8
`);
  });

  it('offers a picture without sound', () => {
    const videoOnly = period({ tracks: [VIDEO], segments: [segment(1, 0, [VIDEO])] });
    const playlist = writeHlsMultivariant(timeline({ periods: [videoOnly] }));

    expect(playlist).toContain('CODECS="avc1.42E01F",RESOLUTION=1280x720\nvideo.m3u8\n');
    expect(playlist).not.toContain('AUDIO');
  });

  it('names every codec and the largest picture of all Periods', () => {
    const second = period({ id: 'p2', tracks: [{ ...VIDEO, codecString: 'avc1.64001F', width: 1920, height: 1080 }] });

    expect(writeHlsMultivariant(timeline({ periods: [period(), second] }))).toContain(
      'CODECS="avc1.42E01F,avc1.64001F,opus",RESOLUTION=1920x1080',
    );
  });

  it.each(['hvc1.1.6.L93.B0', 'vp09.00.31.08'])(
    'names no codec where pictures changed from one to another: %s',
    (codecString) => {
      const second = period({ id: 'p2', tracks: [{ ...VIDEO, codecString }, AUDIO] });

      const playlist = writeHlsMultivariant(timeline({ periods: [period(), second] }));

      expect(playlist).toContain('AVERAGE-BANDWIDTH=2080000,RESOLUTION=1280x720,AUDIO="audio"\nvideo.m3u8\n');
      expect(playlist).not.toContain('CODECS');
    },
  );
});

describe('writeHlsMedia', () => {
  it('writes a finished recording', () => {
    expect(writeHlsMedia(timeline(), 'video')).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:12
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.m4s"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:00.000Z
#EXTINF:6.000000,
seg_0001.m4s
#EXTINF:6.000000,
seg_0002.m4s
#EXT-X-ENDLIST
`);
  });

  it('neither ends nor promises independence while something records', () => {
    const playlist = writeHlsMedia(timeline({ isLive: true }), 'audio');

    expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:EVENT');
    expect(playlist).not.toMatch(/ENDLIST|INDEPENDENT/);
  });

  it('keeps the sequence numbers of what is left when its beginning was deleted', () => {
    const periods = [period({ segments: [segment(3, 12, [VIDEO, AUDIO])] })];

    const playlist = writeHlsMedia(timeline({ periods, isLive: true }), 'video');

    expect(playlist).toContain('#EXT-X-MEDIA-SEQUENCE:2\n');
    expect(playlist).not.toContain('EVENT');
  });

  it('promises no independence when a segment was cut by time', () => {
    const cut = { number: 2, objects: [{ ...object(VIDEO, 2, 6, 12), independent: false }, object(AUDIO, 2, 6, 12)] };
    const periods = [period({ segments: [segment(1, 0, [VIDEO, AUDIO]), cut] })];

    expect(writeHlsMedia(timeline({ periods }), 'video')).not.toContain('INDEPENDENT');
    expect(writeHlsMedia(timeline({ periods }), 'audio')).toContain('INDEPENDENT');
  });

  it('has all entries of a Period of any length', () => {
    const segments = Array.from({ length: 90_000 }, (_, index) => segment(index + 1, 6 * index, [VIDEO, AUDIO]));

    const playlist = writeHlsMedia(timeline({ periods: [period({ segments })] }), 'video');

    expect(playlist.match(/#EXTINF/g)).toHaveLength(90_000);
  });

  it('starts a Period with discontinuity, map and wall clock, also when only the other track changed', () => {
    const objects = [object({ ...VIDEO, id: 'v2' }, 3, 22.5, 6), object(AUDIO, 3, 22.5, 6)];
    const second = period({
      id: 'p2',
      mediaStartMs: 22_000,
      startEpochMs: Date.UTC(2026, 10, 20, 12, 0, 22),
      tracks: SECOND_TRACKS,
      segments: [{ number: 3, objects }],
    });
    const periods = [period(), second];

    expect(writeHlsMedia(timeline({ periods }), 'video')).toContain(`seg_0002.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init_0002.m4s"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:22.500Z
#EXTINF:6.000000,
seg_0003.m4s
`);
    expect(writeHlsMedia(timeline({ periods }), 'audio')).toContain(
      '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="audio_init.m4s"',
    );
  });

  it('marks what a track lacks as a gap, so that both playlists have the same entries', () => {
    const periods = [period({ segments: [segment(1, 0, [VIDEO]), segment(2, 6, [VIDEO, AUDIO])] })];
    const audio = writeHlsMedia(timeline({ periods }), 'audio');

    expect(audio).toContain('#EXT-X-VERSION:8');
    expect(audio).toContain('#EXTINF:6.000000,\n#EXT-X-GAP\nmissing.m4s\n#EXTINF:6.000000,\naudio_seg_0002.m4s');
    expect(writeHlsMedia(timeline({ periods }), 'video')).not.toContain('GAP');
  });

  it('keeps the discontinuities of a Period that has nothing of its kind', () => {
    const silent = period({ id: 'p2', tracks: [VIDEO], segments: [segment(3, 12, [VIDEO])] });
    const playlists = (['video', 'audio'] as const).map((kind) =>
      writeHlsMedia(timeline({ periods: [period(), silent, period({ id: 'p3' })] }), kind),
    );

    expect(playlists.map((playlist) => playlist.match(/DISCONTINUITY/g)?.length)).toEqual([2, 2]);
    expect(playlists.map((playlist) => playlist.match(/EXTINF/g)?.length)).toEqual([5, 5]);
  });

  it('has a target that no segment is longer than', () => {
    const long = { number: 1, objects: [object(VIDEO, 1, 0, 14.4)] };

    expect(writeHlsMedia(timeline({ periods: [period({ segments: [long] })] }), 'video')).toContain(
      '#EXT-X-TARGETDURATION:14\n',
    );
  });

  it('lets no quotation mark or line break out of an address', () => {
    const tracks = [{ ...VIDEO, initUri: 'in"\nit.m4s' }];

    expect(writeHlsMedia(timeline({ periods: [period({ tracks })] }), 'video')).toContain('URI="init.m4s"');
  });
});
