import fc from 'fast-check';
import { answerFor, type ConditionalRequest } from './conditions.js';

const etag = '"abc"';
const nothing: ConditionalRequest = {
  method: 'GET',
  ifMatch: undefined,
  ifNoneMatch: undefined,
  ifModifiedSince: undefined,
  ifRange: undefined,
  range: undefined,
};
/** Half a second after the minute: the date that is given is the next second. */
const modifiedMs = Date.UTC(2026, 10, 21, 12, 0, 0, 500);
const DATE = 'Sat, 21 Nov 2026 12:00:01 GMT';
const ask = (fields: Partial<ConditionalRequest>, sizeBytes = 100) =>
  answerFor({ ...nothing, ...fields }, { etag, modifiedMs, sizeBytes });
const part = (start: number, end: number) => ({ type: 'part', range: { start, end } });

it('sends everything to who asks for nothing special', () => {
  expect(ask({})).toEqual({ type: 'whole' });
});

it.each([
  ['bytes=0-9', part(0, 9)],
  ['bytes=90-', part(90, 99)],
  ['bytes=-10', part(90, 99)],
  ['bytes=-1000', part(0, 99)],
  ['bytes=50-1000', part(50, 99)],
  ['Bytes = 0-0', part(0, 0)],
  ['bytes=100-', { type: 'unsatisfiable' }],
  ['bytes=-0', { type: 'unsatisfiable' }],
  ['bytes=0-1,5-6', { type: 'unsatisfiable' }],
  ['bytes=9-0', { type: 'whole' }],
  ['bytes=a-b', { type: 'whole' }],
  ['bytes=-', { type: 'whole' }],
  ['bytes', { type: 'whole' }],
  ['items=0-1', { type: 'whole' }],
])('answers Range: %s', (range, answer) => {
  expect(ask({ range })).toEqual(answer);
});

it('takes a range only of a GET and only while If-Range names the object', () => {
  expect(ask({ range: 'bytes=0-1', method: 'HEAD' })).toEqual({ type: 'whole' });
  expect(ask({ range: 'bytes=0-1', ifRange: etag })).toEqual(part(0, 1));
  expect(ask({ range: 'bytes=0-1', ifRange: '"old"' })).toEqual({ type: 'whole' });
  expect(ask({ range: 'bytes=0-1', ifRange: `W/${etag}` })).toEqual({ type: 'whole' });
  expect(ask({ range: 'bytes=0-1', ifRange: DATE })).toEqual(part(0, 1));
  expect(ask({ range: 'bytes=0-1', ifRange: 'Sat, 21 Nov 2026 12:00:00 GMT' })).toEqual({ type: 'whole' });
  expect(ask({ range: 'bytes=0-1', ifRange: 'Sat, 21 Nov 2026 12:00:02 GMT' })).toEqual({ type: 'whole' });
});

it.each([
  ['*', 'not-modified'],
  [etag, 'not-modified'],
  [`W/${etag}`, 'not-modified'],
  [`"x", ${etag}`, 'not-modified'],
  ['"x"', 'whole'],
  ['abc', 'whole'],
])('answers If-None-Match: %s', (ifNoneMatch, type) => {
  expect(ask({ ifNoneMatch })).toEqual({ type });
});

it.each([
  [DATE, 'not-modified'],
  ['Sun, 22 Nov 2026 00:00:00 GMT', 'not-modified'],
  ['Sat, 21 Nov 2026 12:00:00 GMT', 'whole'],
  ['yesterday', 'whole'],
])('answers If-Modified-Since: %s', (ifModifiedSince, type) => {
  expect(ask({ ifModifiedSince })).toEqual({ type });
});

it('asks for the date only where no tag is, and never of what has none', () => {
  expect(ask({ ifModifiedSince: DATE, ifNoneMatch: '"x"' })).toEqual({ type: 'whole' });
  const timeless = { etag, modifiedMs: undefined, sizeBytes: 100 };
  expect(answerFor({ ...nothing, ifModifiedSince: DATE }, timeless)).toEqual({ type: 'whole' });
  expect(answerFor({ ...nothing, range: 'bytes=0-1', ifRange: DATE }, timeless)).toEqual({ type: 'whole' });
});

it.each([
  ['*', 'whole'],
  [etag, 'whole'],
  [`W/${etag}`, 'precondition-failed'],
  ['"x"', 'precondition-failed'],
])('answers If-Match: %s', (ifMatch, type) => {
  expect(ask({ ifMatch })).toEqual({ type });
});

it('never answers with bytes that are not there', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(1000), fc.boolean(), (text, sizeBytes, isRange) => {
      const answer = ask({ range: isRange ? `bytes=${text}` : text }, sizeBytes);
      if (answer.type !== 'part') return;
      expect(answer.range.start).toBeGreaterThanOrEqual(0);
      expect(answer.range.end).toBeGreaterThanOrEqual(answer.range.start);
      expect(answer.range.end).toBeLessThan(sizeBytes);
    }),
  );
});
