import { parseStreamName } from '../signaling/ports/stream-name.js';
import { RecordingCalendar } from './recording-calendar.js';

const cam = parseStreamName('cam');

describe('RecordingCalendar', () => {
  it.each([
    ['UTC', '2026-11-20T23:59:59.999Z', 'cam/2026/11/20'],
    ['UTC', '2026-11-21T00:00:00.000Z', 'cam/2026/11/21'],
    ['Europe/Berlin', '2026-11-20T23:00:00.000Z', 'cam/2026/11/21'],
    ['America/Los_Angeles', '2027-01-01T07:59:59.999Z', 'cam/2026/12/31'],
  ])('in %s, %s belongs to %s', (zone, instant, directory) => {
    expect(new RecordingCalendar(zone).directoryOf(cam, Date.parse(instant))).toBe(directory);
  });

  it.each([
    ['UTC', '2026-11-20T12:00:00Z', '2026-11-21T00:00:00.000Z'],
    ['UTC', '2026-11-20T00:00:00Z', '2026-11-21T00:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-20T12:00:00Z', '2026-11-20T18:30:00.000Z'],
    // The day that clocks go forward has 23 hours, the day they go back 25.
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00.000Z'],
    // Midnight itself is skipped: the day starts at 01:00.
    ['America/Santiago', '2026-09-05T12:00:00Z', '2026-09-06T04:00:00.000Z'],
  ])('in %s, the day of %s ends at %s', (zone, instant, border) => {
    expect(new Date(new RecordingCalendar(zone).nextBorder(Date.parse(instant))).toISOString()).toBe(border);
  });
});
