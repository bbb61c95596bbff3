import { cascadeInput, describeCascade } from './cascade.input.js';

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

  it.each([
    [
      'over REST',
      [{ stream: 'cam' }, { targetUrl: 'https://b.example/whip/x?key=1', token: 'abc' }],
      'push to https://b.example/whip/x',
    ],
    ['over GraphQL', [{ stream: 'cam', input: { sourceUrl } }, { sourceUrl }], `pull from ${sourceUrl}`],
    ['that is wrong', [{ stream: 'cam' }, {}], undefined],
  ])('is written down without secrets, %s', (_how, given, description) => {
    expect(describeCascade({ given, answer: undefined })).toBe(description);
  });
});
