import { writeAnswer } from './answer.js';
import { negotiate } from './negotiation.js';
import { parseOffer } from './offer.js';
import type { LocalTransport, NegotiatedTrack } from './session.js';

const LOCAL: LocalTransport = {
  ice: { usernameFragment: 'kR3xVq8Z', password: 'mT0uWc5yJd2hNs9gLb7fQe' },
  fingerprint: { algorithm: 'sha-256', value: 'B2:19' },
  setup: 'passive',
  candidates: [],
};

/** The video line of Chromium 156 for `sendEncodings: [{ rid: 'q' }, …]`, shortened to two codecs. */
function offerWith(...attributes: readonly string[]): string {
  const lines = [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'm=video 9 UDP/TLS/RTP/SAVPF 102 103 98',
    'c=IN IP4 0.0.0.0',
    'a=ice-ufrag:UofE',
    'a=ice-pwd:n5RyZyLmYj5G19xo2MAo8Ixp',
    `a=fingerprint:sha-256 ${Array<string>(32).fill('AF').join(':')}`,
    'a=setup:actpass',
    'a=mid:1',
    'a=sendonly',
    'a=rtcp-mux',
    'a=rtpmap:102 H264/90000',
    'a=rtcp-fb:102 nack',
    'a=fmtp:102 packetization-mode=1',
    'a=rtpmap:103 rtx/90000',
    'a=fmtp:103 apt=102',
    'a=rtpmap:98 VP9/90000',
    'a=rtcp-fb:98 nack',
    ...attributes,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

const EXTENSIONS = [
  'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
];
const RIDS = ['a=rid:q send', 'a=rid:h send', 'a=rid:f send'];

function trackOf(...attributes: readonly string[]): NegotiatedTrack {
  const [track] = negotiate(parseOffer(offerWith(...attributes)));
  if (track === undefined) throw new Error('The offer gave no track.');
  return track;
}

function answerTo(...attributes: readonly string[]): string[] {
  const offer = parseOffer(offerWith(...attributes));
  return writeAnswer(offer, negotiate(offer), LOCAL, 1).split('\r\n');
}

describe('an offer of simulcast', () => {
  it('gives the rids of its layers and the extensions that carry them', () => {
    expect(trackOf(...EXTENSIONS, ...RIDS, 'a=simulcast:send q;h;f')).toMatchObject({
      rids: ['q', 'h', 'f'],
      extensions: { rid: 10, repairedRid: 11 },
    });
  });

  it('is answered with every layer to be received', () => {
    const answer = answerTo(...EXTENSIONS, ...RIDS, 'a=simulcast:send q;h;f');

    expect(answer).toEqual(expect.arrayContaining(['a=rid:q recv', 'a=rid:h recv', 'a=rid:f recv']));
    expect(answer).toEqual(expect.arrayContaining(['a=simulcast:recv q;h;f', ...EXTENSIONS]));
  });

  it('asks for a paused layer, takes the first of alternatives, and leaves what it would receive alone', () => {
    const answer = answerTo(...EXTENSIONS, ...RIDS, 'a=rid:x recv', 'a=simulcast:recv x send ~q;f,h');
    expect(answer).toContain('a=simulcast:recv q;f');
  });

  it('is read as drafts before RFC 8853 wrote it', () => {
    expect(trackOf(...EXTENSIONS, ...RIDS, 'a=simulcast: send rid=q;h').rids).toEqual(['q', 'h']);
  });

  it.each([
    ['a layer without a=rid', ['a=simulcast:send q;z;f'], ['q', 'f']],
    ['a layer that is named twice', ['a=simulcast:send q;q;f'], ['q', 'f']],
    ['a layer in another direction', ['a=rid:r recv', 'a=simulcast:send q;r'], ['q']],
    ['a rid that is no token', ['a=rid:a/b send', 'a=simulcast:send q;a/b'], ['q']],
    ['a layer in formats that were not accepted', ['a=rid:v send pt=96,97', 'a=simulcast:send v;q'], ['q']],
    ['nothing of a layer in one that was', ['a=rid:v send max-width=320;pt=96,98', 'a=simulcast:send v;q'], ['v', 'q']],
    ['streams without a name', ['a=simulcast:send ;;q;'], ['q']],
    ['a line without streams', ['a=simulcast:send'], []],
    ['a line of nonsense', ['a=simulcast:;,~'], []],
    ['rids without a line that makes layers of them', [], []],
    ['a ninth layer', [...manyRids(9), `a=simulcast:send ${manyNames(9).join(';')}`], manyNames(8)],
  ])('refuses %s', (_name, attributes, rids) => {
    const track = trackOf(...EXTENSIONS, ...RIDS, ...attributes);
    expect(track.rids).toEqual(rids);
    expect(track.extensions.rid).toBe(rids.length > 0 ? 10 : undefined);
  });

  it('is no simulcast without the extension that tells its layers apart', () => {
    const answer = answerTo(...RIDS, 'a=simulcast:send q;h;f');
    expect(answer.filter((line) => /^a=(?:rid|simulcast)/.test(line))).toEqual([]);
  });

  it('of a sender without rids tells its layers by a SIM group', () => {
    const groups = [
      'a=ssrc-group:SIM 1 2 3',
      'a=ssrc-group:FID 1 11',
      'a=ssrc-group:FID 2 12',
      'a=ssrc-group:FID 3 13',
    ];
    expect(trackOf(...groups)).toMatchObject({
      rids: [],
      sources: [
        { ssrc: 1, rtxSsrc: 11, layer: 0 },
        { ssrc: 2, rtxSsrc: 12, layer: 1 },
        { ssrc: 3, rtxSsrc: 13, layer: 2 },
      ],
    });
  });
});

function manyNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `r${index}`);
}

function manyRids(count: number): string[] {
  return manyNames(count).map((rid) => `a=rid:${rid} send`);
}
