import { dayOfDefaultDirectory, dayOfDirectory } from './directory-day.js';

it('reads the day from a default directory', () => {
  expect(dayOfDefaultDirectory('room/cam', 'room/cam/2026/11/05')).toEqual({ year: 2026, month: 11, day: 5 });
});

it.each([
  ['cam', 'other/2026/11/05'],
  ['cam', 'cam/2026/11'],
  ['cam', 'cam/front/2026/11/05'],
  ['cam', 'cam/2026/11/05/x'],
  ['cam', 'camera/2026/11/05'],
])('stream %s has no default directory %s', (stream, directory) => {
  expect(dayOfDefaultDirectory(stream, directory)).toBeUndefined();
});

it('takes the day of an instant in the configured zone', () => {
  const instant = new Date('2026-12-31T23:30:00Z');

  expect(dayOfDirectory('cam', 'archive/x', instant, 'UTC')).toEqual({ year: 2026, month: 12, day: 31 });
  expect(dayOfDirectory('cam', 'archive/x', instant, 'Europe/Berlin')).toEqual({ year: 2027, month: 1, day: 1 });
});
