import { writeDashManifest } from './dash.js';
import { AUDIO, VIDEO } from './testing/tracks.js';
import type { ManifestObject, ManifestPeriod, ManifestSegment, ManifestTimeline, ManifestTrack } from './timeline.js';

function object(track: ManifestTrack, number: number, startSeconds: number, seconds: number): ManifestObject {
  const prefix = track.kind === 'audio' ? 'audio_' : '';
  return {
    trackId: track.id,
    folder: '',
    name: `${prefix}seg_${String(number).padStart(4, '0')}.m4s`,
    startTicks: startSeconds * track.timescale,
    durationTicks: seconds * track.timescale,
    sizeBytes: 1_000_000,
    independent: true,
  };
}

/** Segments of 6 s from session time 0, numbered from `first`. */
function segments(first: number, count: number, tracks: readonly ManifestTrack[]): ManifestSegment[] {
  return Array.from({ length: count }, (_, index) => ({
    number: first + index,
    objects: tracks.map((track) => object(track, first + index, index * 6, 6)),
  }));
}

function period(changes: Partial<ManifestPeriod> = {}): ManifestPeriod {
  return {
    id: 'p1',
    startMs: 0,
    durationMs: 18_000,
    mediaStartMs: 0,
    startEpochMs: Date.UTC(2026, 10, 20, 12),
    tracks: [VIDEO, AUDIO],
    segments: segments(1, 3, [VIDEO, AUDIO]),
    ...changes,
  };
}

function timeline(changes: Partial<ManifestTimeline> = {}): ManifestTimeline {
  return {
    periods: [period()],
    isLive: false,
    availabilityStartEpochMs: Date.UTC(2026, 10, 20, 12),
    publishedEpochMs: Date.UTC(2026, 10, 20, 12, 0, 18, 250),
    segmentDurationMs: 6000,
    ...changes,
  };
}

describe('writeDashManifest', () => {
  it('lets no Period end before it begins where sound lies far behind its pictures', () => {
    const named = (one: ManifestObject, name: string): ManifestObject => ({ ...one, name });
    const at = (number: number, pictureSeconds: number, soundSeconds: number): ManifestSegment => ({
      number,
      objects: [
        object(VIDEO, number, pictureSeconds, 4),
        named(object(AUDIO, number, soundSeconds, 6), `other-${String(number)}.m4s`.repeat(number)),
      ],
    });
    const behind = period({ mediaStartMs: 75_000, segments: [at(19, 75, 65), at(20, 79, 72), at(21, 83, 74)] });

    const text = writeDashManifest(timeline({ periods: [behind] }));

    const starts = [...text.matchAll(/<Period id="[^"]*" start="PT([\d.]+)S"/g)].map(([, start]) => Number(start));
    expect(starts).toEqual([0, 4, 8]);
    expect(text).not.toContain('"PT-');
    expect([...text.matchAll(/presentationTimeOffset="(\d+)"/g)].map(([, ticks]) => ticks).slice(2, 4)).toEqual([
      String(79 * VIDEO.timescale),
      String(79 * AUDIO.timescale),
    ]);
  });

  it('writes a finished recording', () => {
    expect(writeDashManifest(timeline())).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019" type="static" mediaPresentationDuration="PT18S" maxSegmentDuration="PT12S" minBufferTime="PT6S">
  <Period id="p1" start="PT0S">
    <AdaptationSet id="1" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
      <Representation id="video" codecs="avc1.42E01F" bandwidth="1333334" width="1280" height="720">
        <SegmentTemplate timescale="90000" presentationTimeOffset="0" startNumber="1" initialization="init.m4s" media="seg_$Number%04d$.m4s">
          <SegmentTimeline>
            <S t="0" d="540000" r="2"/>
          </SegmentTimeline>
        </SegmentTemplate>
      </Representation>
    </AdaptationSet>
    <AdaptationSet id="2" contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1">
      <Representation id="audio" codecs="opus" bandwidth="1333334" audioSamplingRate="48000">
        <AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="2"/>
        <SegmentTemplate timescale="48000" presentationTimeOffset="0" startNumber="1" initialization="audio_init.m4s" media="audio_seg_$Number%04d$.m4s">
          <SegmentTimeline>
            <S t="0" d="288000" r="2"/>
          </SegmentTimeline>
        </SegmentTemplate>
      </Representation>
    </AdaptationSet>
  </Period>
</MPD>
`);
  });

  it('is dynamic while something records: no end, everything since the beginning to be seen', () => {
    const mpd = writeDashManifest(timeline({ isLive: true }));

    expect(mpd).toContain('type="dynamic" availabilityStartTime="2026-11-20T12:00:00.000Z"');
    expect(mpd).toContain('publishTime="2026-11-20T12:00:18.250Z" minimumUpdatePeriod="PT2S"');
    expect(mpd).toContain('suggestedPresentationDelay="PT18S"');
    expect(mpd).toContain('<Period id="p1" start="PT0S">');
    expect(mpd).toContain(
      '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="2026-11-20T12:00:18.250Z"/>\n</MPD>',
    );
    expect(mpd).not.toMatch(/timeShiftBufferDepth|mediaPresentationDuration/);
  });

  it('shows the gap between two Periods as long as it was', () => {
    const second = period({
      id: 'p2',
      startMs: 28_000,
      mediaStartMs: 28_000,
      segments: [later(4, 28)],
      durationMs: 6000,
    });
    const mpd = writeDashManifest(timeline({ periods: [period(), second], isLive: true }));

    expect(mpd).toContain('<Period id="p1" start="PT0S" duration="PT18S">');
    expect(mpd).toContain('<Period id="p2" start="PT28S">');
    expect(mpd).toContain('presentationTimeOffset="2520000" startNumber="4"');
    expect(mpd).toContain('<S t="2520000" d="540000"/>');
  });

  it('splits a Period where a track lacks a number', () => {
    const [first, second, third] = segments(1, 3, [VIDEO, AUDIO]);
    const withoutAudio = { number: 2, objects: second?.objects.slice(0, 1) ?? [] };
    const all = [first, withoutAudio, third].flatMap((segment) => segment ?? []);
    const mpd = writeDashManifest(timeline({ periods: [period({ segments: all })] }));

    expect(mpd.match(/<Period .*>/g)).toEqual([
      '<Period id="p1" start="PT0S" duration="PT6S">',
      '<Period id="p1-2" start="PT6S" duration="PT6S">',
      '<Period id="p1-3" start="PT12S">',
    ]);
    expect(mpd.match(/contentType="audio"/g)).toHaveLength(2);
  });

  it('ends a Period before the next begins, though its sound reaches further, and to the same millisecond', () => {
    const first = { number: 1, objects: [object(VIDEO, 1, 0, 6), object(AUDIO, 1, 0, 6.0125)] };
    const all = [first, { number: 2, objects: [object(VIDEO, 2, 6.0004, 6)] }];
    const periods = [period({ segments: all, startMs: 0.3 }), period({ id: 'p2', startMs: 20_000.6 })];
    const mpd = writeDashManifest(timeline({ periods }));

    expect(mpd.match(/<Period .*>/g)).toEqual([
      '<Period id="p1" start="PT0S" duration="PT6.001S">',
      '<Period id="p1-2" start="PT6.001S" duration="PT11.999S">',
      '<Period id="p2" start="PT20.001S">',
    ]);
  });

  it('splits a Period where a number is missing in all tracks', () => {
    const all = segments(1, 3, [VIDEO, AUDIO]).filter(({ number }) => number !== 2);
    const mpd = writeDashManifest(timeline({ periods: [period({ segments: all })] }));

    expect(mpd.match(/<Period .*>/g)).toEqual([
      '<Period id="p1" start="PT0S" duration="PT6S">',
      '<Period id="p1-3" start="PT12S">',
    ]);
  });

  it('says a time again only where segments do not meet, and never lets them overlap', () => {
    const objects = [object(VIDEO, 1, 0, 6), object(VIDEO, 2, 5.5, 6), object(VIDEO, 3, 12, 4)];
    const all = objects.map((one, index) => ({ number: index + 1, objects: [one] }));
    const mpd = writeDashManifest(timeline({ periods: [period({ segments: all })] }));

    expect(mpd.match(/<S .*>/g)).toEqual(['<S t="0" d="495000"/>', '<S d="540000"/>', '<S t="1080000" d="360000"/>']);
  });

  it('promises a sync sample at the start only where every segment has one', () => {
    const cut = { number: 1, objects: [{ ...object(VIDEO, 1, 0, 12), independent: false }, object(AUDIO, 1, 0, 12)] };
    const mpd = writeDashManifest(timeline({ periods: [period({ segments: [cut] })] }));

    expect(mpd.match(/startWithSAP/g)).toHaveLength(1);
  });

  it('names segments beyond 9999, and addresses with signs that mean something in XML or in a template', () => {
    const named = { folder: 'a&b/$"1/', name: 'seg_10000.m4s' };
    const one = { number: 10_000, objects: [{ ...object(VIDEO, 1, 0, 6), ...named }] };
    const track = { ...VIDEO, initUri: 'a&b/$"1/init.m4s' };
    const mpd = writeDashManifest(timeline({ periods: [period({ tracks: [track], segments: [one] })] }));

    expect(mpd).toContain('media="a&amp;b/$$&quot;1/seg_$Number%04d$.m4s"');
    expect(mpd).toContain('initialization="a&amp;b/$$&quot;1/init.m4s"');
    expect(mpd).toContain('startNumber="10000"');
  });

  it('writes a presentation without anything in it', () => {
    expect(writeDashManifest(timeline({ periods: [] }))).toContain('mediaPresentationDuration="PT0S"');
  });
});

function later(number: number, startSeconds: number): ManifestSegment {
  return { number, objects: [VIDEO, AUDIO].map((track) => object(track, number, startSeconds, 6)) };
}

describe('key frames alone', () => {
  const view = {
    playlistType: 'VOD',
    mediaSequence: 0,
    discontinuitySequence: 0,
    startOffsetMs: 0,
    windowMs: undefined,
    query: '?keyframes=true',
    hasKeyFrames: true,
  } as const;

  it('are told of with the times of the segments that they are of', () => {
    const mpd = writeDashManifest(timeline({ view }));

    expect(mpd).toContain('<EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="1"/>');
    const [video, , keyFrames] = [...mpd.matchAll(/ media="([^"]+)">\s*<SegmentTimeline>\s*(.*)/g)];
    expect([video?.[1], keyFrames?.[1]]).toEqual(['seg_$Number%04d$.m4s', 'keyframe_$Number%04d$.m4s']);
    expect(keyFrames?.[2]).toBe(video?.[2]);
  });

  it('are none where a segment begins without one', () => {
    const [first, ...rest] = segments(1, 3, [VIDEO, AUDIO]);
    const carried = rest.map((segment) => ({
      ...segment,
      objects: segment.objects.map((one) => ({ ...one, independent: false })),
    }));
    const shown = first === undefined ? carried : [first, ...carried];

    expect(writeDashManifest(timeline({ view, periods: [period({ segments: shown })] }))).not.toContain('trickmode');
  });
});
