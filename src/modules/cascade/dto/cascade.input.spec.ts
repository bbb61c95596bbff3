import { cascadeInput } from './cascade.input.js';

const sourceUrl = 'https://example.org/whep/cam';

describe('the order for a cascade', () => {
  it.each([
    [undefined, undefined],
    [null, undefined],
    // liveman's, of a node without one.
    ['', undefined],
    ['abc', 'abc'],
    ['Bearer abc', 'Bearer abc'],
  ])('takes %j for the token %j', (token, expected) => {
    expect(cascadeInput.parse({ sourceUrl, targetUrl: null, token })).toEqual({ sourceUrl, token: expected });
  });

  it.each([' ', ' abc', 'abc ', 'a\nb', 'ü'])('refuses the token %j', (token) => {
    expect(cascadeInput.safeParse({ sourceUrl, token }).success).toBe(false);
  });

  it.each([{}, { sourceUrl, targetUrl: sourceUrl }])('refuses %j: one URL is wanted', (order) => {
    expect(cascadeInput.safeParse(order).success).toBe(false);
  });
});
