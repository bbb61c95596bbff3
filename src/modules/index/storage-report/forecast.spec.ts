import { forecastHours, hourlyRate } from './forecast.js';

const MINUTE_MS = 60_000;

it.each([
  ['a full hour', 60, 3_600_000],
  ['what has only begun', 30, 7_200_000],
  ['what has begun this very moment', 0, 43_200_000],
])('makes an hour of %s', (_what, minutes, rate) => {
  expect(hourlyRate(3_600_000, minutes * MINUTE_MS)).toBe(rate);
});

it.each([
  [1000, 100, 10],
  [999, 1000, 0.9],
  [-5, 100, 0],
  [1000, 0, undefined],
])('%d bytes of room last at %d an hour for %p hours', (room, rate, hours) => {
  expect(forecastHours(room, rate)).toBe(hours);
});
