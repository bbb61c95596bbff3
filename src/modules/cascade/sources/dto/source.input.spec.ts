import { describeSource, readSourceUrl } from './source.input.js';

it('reads where a WHEP endpoint is, and its token', () => {
  expect(readSourceUrl('wheps://abc@example.org/whep/cam')).toEqual({
    url: 'https://example.org/whep/cam',
    token: 'abc',
  });
});

it.each([
  ['rtsp://camera/1', 'rtsp'],
  ['RTSPS://camera/1', 'rtsp'],
  ['file:///etc/passwd', 'sdp'],
  ['http://example.org/cam.sdp', 'sdp'],
])('says of %s that %s is not read', (url, sourceKind) => {
  const refusal = { code: 'source-kind-unsupported', kind: 'unprocessable', facts: { sourceKind } };
  expect(() => readSourceUrl(url)).toThrow(expect.objectContaining(refusal) as Error);
});

it.each(['', 'cam', 'ftp://example.org/', 'http://user:password@example.org/'])('refuses %j', (url) => {
  expect(() => readSourceUrl(url)).toThrow(expect.objectContaining({ code: 'input-invalid' }) as Error);
});

it('is written down without token and query', () => {
  const url = 'whep://abc@example.org/whep/cam?key=1';
  expect(describeSource({ given: [{ stream: 'cam' }, { url }], answer: undefined })).toBe(
    'http://example.org/whep/cam',
  );
  expect(describeSource({ given: [{ stream: 'cam' }], answer: undefined })).toBeUndefined();
});
