import { dashFaults } from '../support/judges/dash-rules.js';
import { validateDash } from '../support/judges/dash-schema.js';
import { itWith } from '../support/tools.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentClosed,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const NOON = START.getTime();
const MINUTE = 60_000;
const LIVE_FROM = 5 * MINUTE;
const NOW = NOON + LIVE_FROM + 42_000;

const at = (ms: number): string => new Date(NOON + ms).toISOString();

/** A session with a gap inside, one that changes its size and loses its sound, and one that records still. */
async function recorded(): Promise<IndexFixture> {
  const fixture = await startIndex();
  const { index, manifests } = fixture;
  await record(fixture, { segments: [1, 2] });
  await index.commitSegment(segmentClosed(4, { startMs: 20_000 }));
  await index.setSessionState('s1', { state: 'completed', endedAt: new Date(NOON + 26_000) });
  const second = { id: 's2', startedAt: new Date(NOON + MINUTE) };
  await record(fixture, { ...second, segments: [5, 6] });
  await index.commitTrack('s2', recordedTrack('v2', { width: 640, height: 360 }));
  await index.commitSegment(segmentClosed(7, { sessionId: 's2', startMs: 12_000, period: 1, trackIds: ['v2'] }));
  await index.setSessionState('s2', { state: 'completed', endedAt: new Date(NOON + MINUTE + 18_000) });
  await record(fixture, { id: 's3', startedAt: new Date(NOON + LIVE_FROM), segments: [8, 9, 10, 11, 12, 13] });
  manifests.setLive(DIRECTORY, true, () => NOW);
  return fixture;
}

/** Every way to look at it. */
const VIEWS: readonly (readonly [string, 'static' | 'dynamic', string])[] = [
  ['a range', 'static', `/play/cam/manifest.mpd?from=${at(3000)}&to=${at(2 * MINUTE)}`],
  ['a finished session', 'static', '/play/cam/manifest.mpd?session=s2'],
  ['a session that grows', 'dynamic', '/play/cam/manifest.mpd?session=s3'],
  ['all since then', 'dynamic', `/play/cam/manifest.mpd?from=${at(0)}`],
  ['a window that moves', 'dynamic', '/play/cam/manifest.mpd?dvr=30'],
  ['a directory that grows', 'dynamic', `/api/record/object/${DIRECTORY}/manifest.mpd`],
];

describe('an MPD', () => {
  let fixture: IndexFixture;

  beforeAll(async () => (fixture = await recorded()));
  afterAll(() => fixture[Symbol.asyncDispose]());

  async function read(path: string): Promise<string> {
    const response = await fetch(`${await fixture.app.getUrl()}${path}`);
    expect([path, response.status]).toEqual([path, 200]);
    return response.text();
  }

  it.each(VIEWS)('of %s keeps the rules of its standard', async (_, type, path) => {
    const mpd = await read(path);

    expect(mpd).toContain(`type="${type}"`);
    expect(dashFaults(mpd)).toEqual([]);
  });

  itWith('DASH schema').each(VIEWS)('of %s is valid', async (_, type, path) => {
    const mpd = await read(path);

    expect(mpd).toContain(`type="${type}"`);
    expect(() => {
      validateDash(mpd);
    }).not.toThrow();
  });
});

describe('what the rules say of an MPD', () => {
  const segments =
    '<SegmentTemplate media="$Number$.m4s" initialization="i"><SegmentTimeline><S d="2" r="1"/></SegmentTimeline></SegmentTemplate>';
  const set = `<AdaptationSet id="1" mimeType="video/mp4"><Representation id="v" bandwidth="1" codecs="x">${segments}</Representation></AdaptationSet>`;
  const period = (id: string, start: number, content = set) =>
    `<Period id="${id}" start="PT${start}S">${content}</Period>`;
  const mpd = (attributes: string, periods: string) =>
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="p" minBufferTime="PT2S" ${attributes}>${periods}</MPD>`;
  const finished = 'type="static" mediaPresentationDuration="PT8S"';

  it.each([
    ['nothing of one that is right', mpd(finished, period('1', 0) + period('2', 4)), undefined],
    ['that it has no Period', mpd(finished, ''), 'MPD has 0 Period.'],
    [
      'that it grows from an unknown time on',
      mpd('type="dynamic" publishTime="2026-11-20T12:00:00Z" minimumUpdatePeriod="PT2S"', period('1', 0)),
      'lacks @availabilityStartTime',
    ],
    ['that it has no end', mpd('type="static"', period('1', 0)), 'Nobody knows where'],
    ['that two Periods have one name', mpd(finished, period('1', 0) + period('1', 4)), 'Of Period, @id 1, 1'],
    ['that Periods overlap', mpd(finished, period('1', 4) + period('2', 0)), 'begins before the one before'],
    [
      'that children are out of order',
      mpd(finished, `<UTCTiming schemeIdUri="u"/>${period('1', 0)}`),
      'MPD has UTCTiming, Period.',
    ],
    [
      'that segments overlap',
      mpd(finished, period('1', 0, set.replace('<S d="2" r="1"/>', '<S d="2"/><S t="1" d="2"/>'))),
      'S@t 1 is before 2',
    ],
    [
      'that a segment is too long',
      mpd(`${finished} maxSegmentDuration="PT1S"`, period('1', 0)),
      'longer than the longest',
    ],
    [
      'that segments have no address',
      mpd(finished, period('1', 0, set.replace('$Number$', 'all'))),
      '@media is all.m4s.',
    ],
    ['that a length is none', mpd(finished, period('1', 0, set.replace('d="2"', 'd="0"'))), 'S@d is "0".'],
  ])('is %s', (_, text, fault) => {
    expect(dashFaults(text)).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)]);
  });
});
