import { isOfType } from './content-type.guard.js';

describe('isOfType', () => {
  it.each([
    ['application/sdp', true],
    ['application/sdp; charset=utf-8', true],
    ['Application/SDP;charset=utf-8', true],
    ['application/sdpx', false],
    ['application/json', false],
    ['', false],
    [undefined, false],
  ])('%j: %s', (header, expected) => {
    expect(isOfType(header, 'application/sdp')).toBe(expected);
  });
});
