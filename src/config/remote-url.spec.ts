import { parseWhepUrl, parseWhipUrl } from './remote-url.js';

it.each([
  ['whip://host:7777/whip/cam', { url: 'http://host:7777/whip/cam', token: undefined }],
  ['whips://abc@host/whip/cam', { url: 'https://host/whip/cam', token: 'abc' }],
  ['https://a%20b@host/whip/cam?x=1', { url: 'https://host/whip/cam?x=1', token: 'a b' }],
  ['http://[::1]:80/whip/cam', { url: 'http://[::1]/whip/cam', token: undefined }],
])('%s is an endpoint', (text, remote) => {
  expect(parseWhipUrl(text)).toEqual(remote);
});

it.each([
  'whep://host/',
  'ftp://host/',
  'http://user:password@host/',
  'http://a%0Ab@host/',
  'http://%zz@host/',
  'host',
  '',
])('%s is none', (text) => {
  expect(parseWhipUrl(text)).toBeUndefined();
});

it.each([
  ['whep://host:7777/whep/cam', { url: 'http://host:7777/whep/cam', token: undefined }],
  ['wheps://abc@host/whep/cam', { url: 'https://host/whep/cam', token: 'abc' }],
  ['http://host/whep/cam', { url: 'http://host/whep/cam', token: undefined }],
  ['whip://host/', undefined],
  ['rtsp://camera/', undefined],
])('%s is a WHEP endpoint, or none', (text, remote) => {
  expect(parseWhepUrl(text)).toEqual(remote);
});
